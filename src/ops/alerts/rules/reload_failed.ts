import type { Rule } from "../rule.ts";

/** A reload that failed; over with the next one that succeeds. */
export const reloadFailed: Rule = {
  name: "reload_failed",
  resolved: "A reload has succeeded",
  clear: () => 0,
  find({ now: { failed_generation } }) {
    if (failed_generation === null) return [];
    return [{
      key: "reload_failed",
      severity: "warning",
      summary: `Cannot reload, the old workers keep serving: ${failed_generation.reason}`,
      labels: {},
      events: { now: failed_generation.generation, before: failed_generation.generation - 1 },
    }];
  },
};
