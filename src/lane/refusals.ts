import type { RefusalReason } from "../core/event.ts";
import type { Counter } from "./columns.ts";
import type { Row } from "./row.ts";

/** The counters of refusals, by reason. */
export const REFUSED_COUNTERS: Readonly<Record<RefusalReason, Counter>> = {
  total: "refusedTotal",
  address: "refusedAddress",
  draining: "refusedDraining",
  untrusted: "refusedUntrusted",
  header: "refusedHeader",
};

/** Refused connections, by reason. */
export type Refusals = Readonly<Record<RefusalReason, number>>;

/** Reads the refusals of a row. */
export function refusalsOf(row: Row): Refusals {
  return makeRefusals((reason) => row.get(REFUSED_COUNTERS[reason]));
}

/** Refused connections, for any reason. */
export function refusedBy(row: Row): number {
  return Object.values(REFUSED_COUNTERS).reduce((sum, counter) => sum + row.get(counter), 0);
}

/** Makes a record of all reasons. */
export function makeRefusals(valueOf: (reason: RefusalReason) => number): Refusals {
  const reasons = Object.keys(REFUSED_COUNTERS) as RefusalReason[];
  return Object.fromEntries(reasons.map((reason) => [reason, valueOf(reason)])) as Refusals;
}
