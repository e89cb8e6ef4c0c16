import type { Emit } from "../core/event.ts";
import type { Order } from "../lane/order.ts";
import type { Scoreboard } from "../lane/scoreboard.ts";

/**
 * Watches how many lanes are idle, where each lane serves one connection at a
 * time.
 *
 * @param report Called when too few are idle and the supervisor does not watch that yet;
 * and, if clients are refused while no lane is idle, when none is, or one is again.
 * @returns Handles the events of the lane.
 */
export function watchPressure(
  { spare, maxLanes, overload }: Order,
  scoreboard: Scoreboard,
  report: () => void,
): Emit {
  if (spare === 0) return () => {};
  const mayRefuse = overload === "refuse";
  return ({ type }) => {
    if (type !== "accepted" && !(mayRefuse && type === "closed")) return;
    const { ready, idle } = countLanes(scoreboard);
    if (type === "closed" ? idle === 1 : mayRefuse && idle === 0) return report();
    const isShort = type === "accepted" && idle < spare && ready < maxLanes;
    if (isShort && scoreboard.requestWatch()) report();
  };
}

function countLanes(scoreboard: Scoreboard): { ready: number; idle: number } {
  let [ready, idle] = [0, 0];
  for (const row of scoreboard.rows()) {
    if (row.state !== "ready") continue;
    ready++;
    if (row.open === 0) idle++;
  }
  return { ready, idle };
}
