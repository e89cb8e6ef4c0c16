import { later, sleep } from "../base/timers.ts";
import { KILL_PATIENCE, type SupervisedLane } from "./supervised_lane.ts";

/** The outcome of stopping a server. */
export interface Stop {
  /** Connections that were killed, at the deadline or before it. */
  readonly connectionsKilled: number;
  /** Whether a kill ended the drain before its deadline. */
  readonly isCutShort: boolean;
}

/**
 * Shuts down all lanes: they stop accepting, drain, and are killed at the deadline.
 *
 * @param lanes Returns the lanes that are currently alive.
 * @param gracefulTimeout Milliseconds from now to the deadline.
 * @param kill Resolves to end the drain before the deadline.
 * @param onDrain Called with the number of open connections once no lane accepts. Only
 * then is it exact: a process reports it now and then.
 */
export async function stopLanes(
  lanes: () => readonly SupervisedLane[],
  gracefulTimeout: number,
  kill: Promise<void>,
  onDrain: (open: number) => void,
): Promise<Stop> {
  const { promise: deadline, resolve } = Promise.withResolvers<"deadline">();
  const cancel = later(gracefulTimeout, () => resolve("deadline"));
  const drained = drainAll(lanes, onDrain);
  const outcome = await Promise.race([drained, deadline, kill.then(() => "killed" as const)]);
  cancel();
  const connectionsKilled = countOpen(lanes());
  if (outcome !== "drained") {
    for (const lane of lanes()) lane.kill();
    await Promise.race([drained, sleep(2 * KILL_PATIENCE)]);
  }
  return { connectionsKilled, isCutShort: outcome === "killed" };
}

async function drainAll(
  lanes: () => readonly SupervisedLane[],
  onDrain: (open: number) => void,
): Promise<"drained"> {
  await Promise.all(lanes().map((lane) => lane.stopAccepting()));
  onDrain(countOpen(lanes()));
  for (const lane of lanes()) lane.drain();
  await Promise.all(lanes().map((lane) => lane.gone));
  return "drained";
}

function countOpen(lanes: readonly SupervisedLane[]): number {
  return lanes.reduce((sum, lane) => sum + lane.row.open, 0);
}
