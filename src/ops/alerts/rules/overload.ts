import type { Status } from "../../status/status.ts";
import type { Rule } from "../rule.ts";

const KEY = "overload";
/** Milliseconds within which refusals count as going on. */
const WINDOW = 5000;
/** The share of the bound below which a server that was overloaded no longer is. */
const RELAXED = 0.9;

/** A server at its limit for a time. */
export const overload: Rule = {
  name: KEY,
  resolved: "The server is no longer overloaded",
  holdFor: ({ holdFor }) => holdFor,
  find(readings, { saturation: bound }, wasFound) {
    const { totals } = readings.now;
    const value = loadOf(readings.now);
    const limit = bound * (wasFound(KEY) ? RELAXED : 1);
    const isSaturated = bound > 0 && value >= limit;
    const refused = totals.refused_by.total - readings.ago(WINDOW).totals.refused_by.total;
    if (!isSaturated && refused <= 0) return [];
    const what = isSaturated
      ? `saturation is ${Math.round(value * 100)}%`
      : `${refused} clients were refused within ${WINDOW / 1000} s`;
    return [{
      key: KEY,
      severity: "warning",
      summary: `The server is overloaded: ${what}`,
      labels: {},
    }];
  },
};

/** The saturation. In `single` mode one client takes all connections there are, which is no overload. */
function loadOf({ saturation, limits }: Status): number {
  const { value, event_loop, accept_queue, wait } = saturation;
  return limits.connections > 1 ? value : Math.max(event_loop, accept_queue, wait);
}
