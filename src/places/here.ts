import { AddressTables } from "../core/address_counts.ts";
import { Lane, type LaneHost } from "../lane/lane.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import type { Logger } from "../log/logger.ts";
import type { Exit, Place } from "./handle.ts";
import { onStrayError } from "./stray_errors.ts";

/**
 * The main thread. A lane here has only what its host gives it: places with
 * hosts of their own share neither limits nor counts. Nothing protects the lane
 * and its parent from each other's bugs.
 */
export function here(host: LaneHost): Place {
  return (order) => {
    surviveStrayErrors(host.log);
    const opening = Lane.open(order, host);
    const exit = Promise.withResolvers<Exit>();
    const end = (how: (lane: Lane) => Promise<void>) =>
      void opening.then(how).then(() => exit.resolve({ kind: "stopped" }), () => {});
    // `ready` reports why a lane could not open; it is gone all the same.
    opening.catch(() => exit.resolve({ kind: "stopped" }));
    return {
      pid: Deno.pid,
      ready: opening,
      exited: exit.promise,
      stopAccepting: async () => await (await opening).stopAccepting(),
      async retire() {
        await (await opening).retire();
        end((lane) => lane.ended());
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
    const addressTables = (connections: number) => new AddressTables().reserve(connections);
    return here({ ...host, scoreboard, addressTables })({ ...order, row: row.index });
  };
}

let isSurviving = false;

/**
 * Logs errors of promises and timers that a handler forgot. They belong to no
 * connection, and would end the main thread with the connections of all others.
 * Once for the process, since the errors are those of the process.
 */
export function surviveStrayErrors(log: Logger): void {
  if (isSurviving) return;
  isSurviving = true;
  onStrayError((cause) =>
    log.error("Uncaught error outside of any connection, in a promise or a timer", {
      error: cause instanceof Error ? cause : String(cause),
    })
  );
}
