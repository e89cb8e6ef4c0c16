import { thrownValue } from "../base/thrown.ts";
import { Lane, type LaneHost } from "../lane/lane.ts";
import type { Order } from "../lane/order.ts";
import { captureConsole } from "../log/console.ts";
import type { Logger } from "../log/logger.ts";
import { forbidExit, keepStandardStreams } from "./guard.ts";
import type { Exit, Place } from "./handle.ts";
import { onStrayError } from "./stray_errors.ts";

/** What the main thread provides to its lanes. */
export interface HereHost extends LaneHost {
  /** The log of what handlers print, if it is another than their own. */
  readonly printed?: Logger;
}

/**
 * Runs lanes on the main thread. Places with different hosts share neither limits
 * nor counts. Nothing protects a lane and its parent from each other's bugs.
 */
export function here(host: HereHost): Place {
  return (order) => {
    surviveStrayErrors(host.log);
    const releaseConsole = captureConsole(host.printed ?? host.log, order.lane);
    const exit = Promise.withResolvers<Exit>();
    const { opening, giveUp } = open(order, host);
    const end = (how: (lane: Lane) => Promise<void>) =>
      void opening.then(how).then(() => exit.resolve({ kind: "stopped" }), () => {});
    // `ready` reports why a lane could not open; either way, the lane is gone.
    opening.catch(() => {
      releaseConsole();
      exit.resolve({ kind: "stopped" });
    });
    return {
      pid: Deno.pid,
      ready: opening,
      exited: exit.promise,
      takeOver: async () => (await opening).takeOver(),
      stopAccepting: async () => await (await opening).stopAccepting(),
      async retire() {
        await (await opening).retire();
        end((lane) => lane.ended());
      },
      setReuseportFilter: async (filter) => (await opening).setReuseportFilter(filter),
      relieve: async (sockets) => await (await opening).relieve(sockets),
      endRelief: (pid, isGone) =>
        void opening.then((lane) => lane.endRelief(pid, isGone), () => {}),
      findConnections: (query, limit) =>
        opening.then((lane) => lane.clients.find(query, limit), () => null),
      closeConnection: (number) => opening.then((lane) => lane.clients.close(number), () => null),
      setLogLevel() {},
      drain: () => end((lane) => lane.drain()),
      closeConnections: () => void opening.then((lane) => lane.closeConnections(), () => {}),
      kill(reason = new Error("Cannot start the worker: it was killed before it was ready")) {
        giveUp(reason);
        exit.resolve({ kind: "stopped" });
      },
    };
  };
}

/** A lane that is being opened, and may be given up until it is open. */
interface Opening {
  /** Resolves with the open lane; rejects if it cannot open or is given up. */
  readonly opening: Promise<Lane>;
  giveUp(reason: Error): void;
}

/**
 * Opens a lane. Nothing can stop a handler that is loading on this thread, so the
 * lane is given up at once, and discarded when it has loaded.
 */
function open(order: Order, host: LaneHost): Opening {
  const { promise, resolve, reject } = Promise.withResolvers<Lane>();
  const abort = new AbortController();
  Lane.open(order, host, abort.signal).then(resolve, reject).then(() => {
    if (!abort.signal.aborted) return;
    host.log.warn("Worker discarded: its start has ended, but had been given up", {
      "sluice.worker": order.lane,
    });
  });
  return {
    opening: promise,
    giveUp(reason) {
      abort.abort(reason);
      reject(reason);
    },
  };
}

let isSurviving = false;

/**
 * Logs uncaught errors of promises and timers in handlers. They belong to no
 * connection, and would end the main thread with all its connections; so would an
 * exit. Installed once, since they concern the whole process.
 */
function surviveStrayErrors(log: Logger): void {
  if (isSurviving) return;
  isSurviving = true;
  forbidExit("Cannot end the server: it has other clients, send it TERM to stop it");
  keepStandardStreams();
  onStrayError((cause) =>
    log.error("Uncaught error outside of any connection, in a promise or a timer", {
      error: thrownValue(cause),
    })
  );
}
