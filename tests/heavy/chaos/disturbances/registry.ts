/** All disturbances, and all names that a run can select. */
import type { Disturbance } from "./disturbance.ts";
import { LANE_DISTURBANCES } from "./lanes.ts";
import { MISBEHAVIOURS } from "../clients/leavers.ts";
import { RELOADS } from "./reloads.ts";
import { START_CHECKS } from "./start_checks.ts";
import { SYSTEM_DISTURBANCES } from "./system.ts";

/** What happens to a server under load, one after another. */
export const DISTURBANCES: readonly Disturbance[] = [
  ...RELOADS,
  ...LANE_DISTURBANCES,
  ...SYSTEM_DISTURBANCES,
];

/** Every name that --only and --without know. */
export const NAMES: readonly string[] = [
  ...START_CHECKS.map(({ name }) => name),
  ...DISTURBANCES.map(({ name }) => name),
  ...Object.keys(MISBEHAVIOURS),
];
