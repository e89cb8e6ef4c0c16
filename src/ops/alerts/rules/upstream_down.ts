import type { Rule } from "../rule.ts";

/** Milliseconds in which the first checks are made. */
const CHECKED = 3000;

/** Groups without a backend that gets clients. */
export const upstreamDown: Rule = {
  name: "upstream_down",
  resolved: "The group has a backend again",
  holdFor: () => CHECKED,
  find({ now }) {
    return now.upstreams.filter(({ totals }) => totals.available === 0).map(({ name, totals }) => ({
      key: `upstream_down:${name}`,
      severity: "critical",
      summary: `No backend of ${name} is available, of ${totals.backends}`,
      labels: { group: name },
    }));
  },
};
