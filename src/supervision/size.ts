import type { Plan } from "../modes/mode.ts";

/**
 * How many lanes there should be: the minimum, and beyond it as many as keep
 * the spare ones idle. When none is idle they grow by half, since a burst that
 * took all of them is not over.
 *
 * @param busy Lanes that have as many connections as they can.
 * @param idle Lanes that could take one more.
 */
export function wantedLanes({ lanes }: Pick<Plan, "lanes">, busy: number, idle: number): number {
  if (lanes.min === lanes.max) return lanes.min;
  const spare = idle === 0 ? Math.max(lanes.spare, Math.ceil(busy / 2)) : lanes.spare;
  return Math.min(lanes.max, Math.max(lanes.min, busy + spare));
}

/** A plan with so many lanes more, or fewer; one at least. */
export function scaled(plan: Plan, extra: number): Plan {
  const { min, max, spare } = plan.lanes;
  const most = Math.max(1, max + extra);
  return { ...plan, lanes: { min: min === max ? most : Math.min(min, most), max: most, spare } };
}
