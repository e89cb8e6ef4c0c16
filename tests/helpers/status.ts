import type { LaneStatus, Status } from "../../src/ops/status/status.ts";
import { waitFor } from "./until.ts";

/** A `--status-file` in a temporary folder, deleted on dispose. */
interface StatusFile extends AsyncDisposable {
  /** The server arguments that select it. */
  readonly args: readonly string[];
  /** Waits for a status that matches and returns it. */
  says(what: string, matches: (status: Status) => boolean): Promise<Status>;
}

/** The lanes that accept clients. */
export function readyLanes({ lanes }: Status): readonly LaneStatus[] {
  return lanes.filter((lane) => lane.state === "ready");
}

/** Makes a temporary folder for a status file. */
export async function statusFile(): Promise<StatusFile> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/status.json`;
  function read(): Status | null {
    try {
      return JSON.parse(Deno.readTextFileSync(path));
    } catch {
      return null;
    }
  }
  return {
    args: ["--status-file", path],
    says: (what, matches) =>
      waitFor(`the status says ${what}`, () => {
        const status = read();
        return status !== null && matches(status) ? status : null;
      }),
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}
