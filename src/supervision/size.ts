import type { Plan } from "../modes/mode.ts";

/**
 * How many lanes there should be: at least the minimum, and enough to keep the spare
 * ones beside those that are taken.
 *
 * @param taken Lanes whose connection stays.
 * @param least Busy lanes, and clients that wait for one.
 */
export function wantedLanes({ lanes }: Pick<Plan, "lanes">, taken: number, least = 0): number {
  if (lanes.min === lanes.max) return lanes.min;
  return Math.min(lanes.max, Math.max(lanes.min, taken + lanes.spare, least));
}

/** The plan with `extra` more lanes, or fewer if it is negative; at least one. */
export function scaled(plan: Plan, extra: number): Plan {
  const { min, max, spare } = plan.lanes;
  const most = Math.max(1, max + extra);
  return { ...plan, lanes: { min: min === max ? most : Math.min(min, most), max: most, spare } };
}
