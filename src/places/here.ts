import { Lane, type LaneHost } from "../lane/lane.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import type { Logger } from "../log/logger.ts";
import type { Exit, Place } from "./handle.ts";

/** The main thread. Nothing stands between a lane and its parent, so nothing protects them from each other. */
export function here(host: LaneHost): Place {
  let isWatching = false;
  return (order) => {
    if (!isWatching) surviveStrayErrors(host.log);
    isWatching = true;
    const opening = Lane.open(order, host);
    const exit = Promise.withResolvers<Exit>();
    const end = (how: (lane: Lane) => Promise<void>) =>
      void opening.then(how).then(() => exit.resolve({ kind: "stopped" }), () => {});
    // Whoever starts a lane waits for `ready`; one that never was is gone already.
    opening.catch(() => exit.resolve({ kind: "stopped" }));
    return {
      pid: Deno.pid,
      ready: opening,
      exited: exit.promise,
      stopAccepting: async () => await (await opening).stopAccepting(),
      async retire() {
        await (await opening).retire();
        end((lane) => lane.end());
      },
      setReuseportFilter: async (filter) => (await opening).setReuseportFilter(filter),
      drain: () => end((lane) => lane.drain()),
      closeConnections: () => void opening.then((lane) => lane.closeConnections()),
      kill: () => exit.resolve({ kind: "stopped" }),
    };
  };
}

/**
 * The main thread, with a connection total of its own: for what must answer even
 * when the server is full, such as a probe.
 */
export function hereApart(host: LaneHost): Place {
  return (order) => {
    const scoreboard = new Scoreboard();
    const row = scoreboard.claim(order.generation);
    if (row === null) throw new Error("Cannot start a lane: its scoreboard has no row");
    return here({ ...host, scoreboard, addressTable: null })({ ...order, row: row.index });
  };
}

/**
 * A handler's forgotten promise or timer that fails belongs to no connection
 * and must not end those of others; on the main thread it would.
 */
function surviveStrayErrors(log: Logger): void {
  const report = (event: Event, error: unknown) => {
    event.preventDefault();
    log.error("Error outside of a connection: a promise or a timer that nobody waits for", {
      error: error instanceof Error ? error : String(error),
    });
  };
  globalThis.addEventListener("unhandledrejection", (event) => report(event, event.reason));
  globalThis.addEventListener("error", (event) => report(event, event.error));
}
