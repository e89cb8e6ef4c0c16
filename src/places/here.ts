import { Lane } from "../lane.ts";
import type { Logger } from "../log.ts";
import type { Place } from "./place.ts";

/** The main thread: a lane is its own handle. */
export function here(log: Logger): Place {
  return (order) => Lane.open(order, log);
}
