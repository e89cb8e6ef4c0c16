import { KILL_PATIENCE, type SupervisedLane } from "./supervised_lane.ts";

/** How a stop went. */
export interface Stop {
  /** Connections that were cut: by the deadline or by a kill. */
  readonly cut: number;
  /** Whether a kill cut it short. */
  readonly killed: boolean;
}

/**
 * Closes the doors, drains, and cuts at the deadline.
 *
 * @param lanes Those that are alive, each time it is asked.
 * @param gracefulTimeout Milliseconds that connections have to end by themselves.
 * @param kill Resolves when they have no more time.
 */
export async function stopLanes(
  lanes: () => readonly SupervisedLane[],
  gracefulTimeout: number,
  kill: Promise<void>,
): Promise<Stop> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<"deadline">((resolve) => {
    timer = setTimeout(() => resolve("deadline"), gracefulTimeout);
  });
  const drained = closeAndDrain(lanes);
  const outcome = await Promise.race([drained, deadline, kill.then(() => "killed" as const)]);
  clearTimeout(timer);
  const cut = lanes().reduce((sum, lane) => sum + lane.row.open, 0);
  if (outcome !== "drained") {
    for (const lane of lanes()) lane.cut();
    await Promise.race([drained, new Promise((end) => setTimeout(end, 2 * KILL_PATIENCE))]);
  }
  return { cut, killed: outcome === "killed" };
}

async function closeAndDrain(lanes: () => readonly SupervisedLane[]): Promise<"drained"> {
  await Promise.all(lanes().map((lane) => lane.stopAccepting()));
  for (const lane of lanes()) lane.drain();
  await Promise.all(lanes().map((lane) => lane.gone));
  return "drained";
}
