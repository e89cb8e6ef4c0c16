import type { LaneStatus, Status } from "../../src/ops/status.ts";
import { waitFor } from "./until.ts";

/** A file for `--status-file` that goes away, and what it says. */
export interface StatusFile extends AsyncDisposable {
  /** The arguments of a server that writes it. */
  readonly args: readonly string[];
  /** Waits for a status that matches. */
  says(what: string, matches: (status: Status) => boolean): Promise<Status>;
}

/** The lanes that take clients. */
export function readyLanes({ lanes }: Status): readonly LaneStatus[] {
  return lanes.filter((lane) => lane.state === "ready");
}

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
