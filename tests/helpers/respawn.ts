/** Servers with `--respawn`: a parent, its server, and a spare. */
import { childrenOf } from "./process.ts";
import type { Server } from "./server.ts";
import { waitFor } from "./until.ts";

/** The id of the process that serves, which the parent has started. */
export function servingPid(parent: Server): number {
  const starts = parent.records((line) => "sluice.service" in line);
  return Number(starts.at(-1)?.["process.pid"]);
}

/** Waits until a server serves that is not the given one; returns its id. */
export function nextServer(parent: Server, before: number): Promise<number> {
  return waitFor("another server serves", () => {
    const pid = servingPid(parent);
    return pid === before ? null : pid;
  });
}

/** Waits until the spare has loaded the program and waits for its parent; returns its id. */
export function spareOf(parent: Server): Promise<number> {
  return waitFor("the spare waits", () => {
    const others = childrenOf(parent.pid).filter((pid) => pid !== servingPid(parent));
    return others.find(readsPipe) ?? null;
  });
}

/** Whether a thread of the process waits for what comes through a pipe. */
function readsPipe(pid: number): boolean {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].some(({ name }) =>
      Deno.readTextFileSync(`/proc/${pid}/task/${name}/wchan`).includes("pipe_read")
    );
  } catch { // It has ended, or a thread of it.
    return false;
  }
}
