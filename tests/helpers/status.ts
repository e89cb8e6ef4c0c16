import type { Status } from "../../src/status.ts";
import { until } from "./until.ts";

/** A file for `--status-file` that goes away, and what it says. */
export interface StatusFile extends AsyncDisposable {
  readonly path: string;
  /** Now; null when there is none. */
  read(): Status | null;
  /** Waits for a status that matches. */
  says(what: string, matches: (status: Status) => boolean, deadline?: number): Promise<Status>;
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
    path,
    read,
    async says(what, matches, deadline) {
      let found: Status | null = null;
      await until(`the status says ${what}`, () => {
        const status = read();
        if (status !== null && matches(status)) found = status;
        return found !== null;
      }, deadline);
      return found as unknown as Status;
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(folder, { recursive: true });
    },
  };
}
