import type { Status } from "../../status/status.ts";
import type { Rule } from "../rule.ts";

const KEY = "error_ratio";
/** Fewer responses say nothing about a share. */
const FEWEST = 20;
const RELAXED = 0.8;

/** Too many responses with status 5xx. */
export const errorRatio: Rule = {
  name: KEY,
  resolved: "The share of failed responses is below its bound",
  find(readings, { errorRatio: bound, holdFor }, wasFound) {
    if (bound === 0 || !readings.reach(holdFor)) return [];
    const [before, now] = [countsOf(readings.ago(holdFor)), countsOf(readings.now)];
    const all = now.all - before.all;
    const ratio = all < FEWEST ? 0 : (now.failed - before.failed) / all;
    if (ratio <= bound * (wasFound(KEY) ? RELAXED : 1)) return [];
    return [{
      key: KEY,
      severity: "critical",
      summary: `${percentText(ratio)} of responses have failed with status 5xx, above the bound ` +
        `of ${percentText(bound)}`,
      labels: {},
    }];
  },
};

function countsOf(
  { totals: { responses } }: Pick<Status, "totals">,
): { all: number; failed: number } {
  let [all, failed] = [0, 0];
  for (const { status, count } of responses) {
    if (status === "none" || status === "1xx") continue;
    all += count;
    if (status === "5xx") failed += count;
  }
  return { all, failed };
}

function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(2))}%`;
}
