import { now } from "../base/clock.ts";
import { every } from "../base/timers.ts";
import type { Tenancy } from "./tenancy.ts";

/** Milliseconds between two heartbeats until a lane is open. */
const STARTING_HEARTBEAT = 50;

/** How many heartbeats a delay of the event loop is reported with. */
const REMEMBERED = 4;

/** How late the event loop turns to what is due, told by heartbeats that come late. */
export class LoopDelay {
  readonly #interval: number;
  #last: number;
  readonly #delays: number[] = [];

  /** @param interval Milliseconds between two heartbeats. */
  constructor(interval: number, time: number = now()) {
    this.#interval = interval;
    this.#last = time;
  }

  /** Called with each heartbeat; returns the worst delay of the last few, in milliseconds. */
  beat(time: number = now()): number {
    this.#delays.push(Math.max(0, time - this.#last - this.#interval));
    if (this.#delays.length > REMEMBERED) this.#delays.shift();
    this.#last = time;
    return Math.max(...this.#delays);
  }
}

/** What a lane reports with its heartbeats. */
export interface Gauges {
  /** In bytes. */
  readonly memory: () => number;
  /** In milliseconds. */
  readonly cpuTime: () => number;
}

/**
 * Writes a heartbeat at once and then at short intervals, while a lane starts.
 *
 * @returns Stops the heartbeat.
 */
export function beatWhileStarting(tenancy: Tenancy): () => void {
  tenancy.beat();
  return every(STARTING_HEARTBEAT, () => tenancy.beat());
}

/**
 * Writes a heartbeat at once and then at intervals, and with it the gauges that
 * are too expensive to update at each event.
 *
 * @param interval In milliseconds.
 * @returns Stops the heartbeat.
 */
export function startHeartbeat(
  interval: number,
  tenancy: Tenancy,
  { memory, cpuTime }: Gauges,
): () => void {
  tenancy.beatWith(memory(), cpuTime(), 0);
  const delay = new LoopDelay(interval);
  return every(interval, () => tenancy.beatWith(memory(), cpuTime(), delay.beat()));
}
