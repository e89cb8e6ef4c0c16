import { thrownValue } from "../base/thrown.ts";
import { AddressTables } from "../core/address_counts.ts";
import { Lane, type LaneHost } from "../lane/lane.ts";
import { Scoreboard } from "../lane/scoreboard.ts";
import type { Logger } from "../log/logger.ts";
import type { Exit, Place } from "./handle.ts";
import { onStrayError } from "./stray_errors.ts";

/**
 * Runs lanes on the main thread. Places with different hosts share neither limits
 * nor counts. Nothing protects a lane and its parent from each other's bugs.
 */
export function here(host: LaneHost): Place {
  return (order) => {
    surviveStrayErrors(host.log);
    const opening = Lane.open(order, host);
    const exit = Promise.withResolvers<Exit>();
    const end = (how: (lane: Lane) => Promise<void>) =>
      void opening.then(how).then(() => exit.resolve({ kind: "stopped" }), () => {});
    // `ready` reports why a lane could not open; either way, the lane is gone.
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
 * Runs lanes on the main thread with their own connection total, for services that
 * must answer even when the server is full, such as health probes.
 */
export function hereApart(host: LaneHost): Place {
  return (order) => {
    const scoreboard = new Scoreboard();
    const row = scoreboard.claim(order.generation);
    if (row === null) throw new Error("Cannot start a lane: its scoreboard has no free row");
    const addressTables = (connections: number) => new AddressTables().reserve(connections);
    return here({ ...host, scoreboard, addressTables })({ ...order, row: row.index });
  };
}

let isSurviving = false;

/**
 * Logs uncaught errors of promises and timers in handlers. They belong to no
 * connection, and would end the main thread with all its connections. Installed
 * once, since they concern the whole process.
 */
function surviveStrayErrors(log: Logger): void {
  if (isSurviving) return;
  isSurviving = true;
  onStrayError((cause) =>
    log.error("Uncaught error outside of any connection, in a promise or a timer", {
      error: thrownValue(cause),
    })
  );
}
