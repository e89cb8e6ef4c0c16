import type { Plan } from "../modes/mode.ts";

/**
 * How many lanes there should be: at least the minimum, and enough to keep the
 * spare ones idle. When none is idle, the number grows by half, because the burst
 * that took them all may not be over.
 *
 * @param busy Lanes with no room for another connection.
 * @param idle Lanes with room.
 */
export function wantedLanes({ lanes }: Pick<Plan, "lanes">, busy: number, idle: number): number {
  if (lanes.min === lanes.max) return lanes.min;
  const spare = idle === 0 ? Math.max(lanes.spare, Math.ceil(busy / 2)) : lanes.spare;
  return Math.min(lanes.max, Math.max(lanes.min, busy + spare));
}

/** The plan with `extra` more lanes, or fewer if it is negative; at least one. */
export function scaled(plan: Plan, extra: number): Plan {
  const { min, max, spare } = plan.lanes;
  const most = Math.max(1, max + extra);
  return { ...plan, lanes: { min: min === max ? most : Math.min(min, most), max: most, spare } };
}
