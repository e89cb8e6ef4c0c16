import { every } from "../base/timers.ts";
import type { Tenancy } from "./tenancy.ts";

/** Milliseconds between two heartbeats until a lane is open. */
const STARTING_HEARTBEAT = 50;

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
  const write = () => tenancy.beatWith(memory(), cpuTime());
  write();
  return every(interval, write);
}
