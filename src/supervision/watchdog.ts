import { every } from "../base/timers.ts";
import type { Logger } from "../log/logger.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** What the watchdog watches and acts on. */
export interface WatchdogTarget {
  readonly lanes: readonly SupervisedLane[];
  /** Called once a second. */
  adjust(): void;
  /** Recycles the lanes that have reached the end of their lifetime; called once a second. */
  recycle(): void;
  /** Lets others accept the clients of blocked lanes; called at every check. */
  relieve(): void;
  killHung(lane: SupervisedLane): void;
  /** Gives up a lane that is not ready in time. */
  giveUp(lane: SupervisedLane): void;
}

/** Milliseconds between two checks of slowly changing state. */
const SLOW = 1000;

/** Checks all lanes at intervals: whether they hang, have reached the end of their lifetime, or are surplus. */
export class Watchdog {
  readonly #supervisor: WatchdogTarget;
  readonly #log: Logger;
  readonly #interval: number;
  /** Ends the checks. */
  readonly stop: () => void;
  #checked = performance.now();
  #checkedSlowly = performance.now();

  /** @param interval Milliseconds between two checks. */
  constructor(supervisor: WatchdogTarget, log: Logger, interval: number) {
    this.#supervisor = supervisor;
    this.#log = log;
    this.#interval = interval;
    this.stop = every(interval, () => this.#check());
  }

  #check(): void {
    const now = performance.now();
    const late = now - this.#checked - this.#interval;
    this.#checked = now;
    for (const lane of this.#supervisor.lanes) this.#checkLane(lane, late);
    this.#supervisor.relieve();
    if (now - this.#checkedSlowly < SLOW) return;
    this.#checkedSlowly = now;
    this.#supervisor.adjust();
    this.#supervisor.recycle();
  }

  #checkLane(lane: SupervisedLane, late: number): void {
    const { heartbeat } = lane;
    const isHere = lane.generation.plan.place === "here";
    // A lane on this thread blocks the watchdog, too: the delay shows only afterwards.
    if (isHere && late >= heartbeat.suspectAfter) {
      this.#warn("The event loop was blocked", lane, late);
    }
    if (lane.isStarting) {
      // A gap in the checks means that the whole process was stopped.
      if (lane.isLate(3 * this.#interval)) this.#supervisor.giveUp(lane);
    } else if (!isHere) this.#checkHeartbeat(lane);
  }

  #checkHeartbeat(lane: SupervisedLane): void {
    const { heartbeat } = lane;
    const health = heartbeat.check();
    if (health === "hung") {
      const message = lane.isServing ? "Worker hung: starting a replacement" : "Worker hung";
      this.#log.error(message, this.#describe(lane));
      this.#supervisor.killHung(lane);
    } else if (health === "suspect") {
      if (!lane.isSuspect) this.#warn("Worker missed heartbeats", lane, heartbeat.age);
      lane.isSuspect = true;
    } else if (lane.isSuspect) {
      lane.isSuspect = false;
      this.#log.info("Worker recovered", { "sluice.worker": lane.number });
    }
  }

  #warn(message: string, lane: SupervisedLane, age: number): void {
    this.#log.warn(message, { ...this.#describe(lane), ...heartbeatAge(age) });
  }

  #describe({ number, handle, row, heartbeat, state }: SupervisedLane): Record<string, unknown> {
    return {
      "sluice.worker": number,
      "sluice.worker.pid": handle.pid,
      "sluice.worker.state": state,
      ...heartbeatAge(heartbeat.age),
      "sluice.connections.open": row.open,
      ...(row.current === 0 ? {} : {
        "sluice.connection.id": `${number}-${row.current}`,
        "sluice.connection.peer": row.currentPeer ?? "unknown",
      }),
    };
  }
}

/** The age of a heartbeat as a log attribute, in seconds. */
function heartbeatAge(milliseconds: number): Record<string, number> {
  return { "sluice.worker.heartbeat_age": Math.round(milliseconds) / 1000 };
}
