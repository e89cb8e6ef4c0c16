import type { Rule } from "../rule.ts";

/** So many crashes within so many milliseconds are a loop. */
const CRASHES = 5;
const WINDOW = 30_000;

/** Workers that die again and again. */
export const crashLoop: Rule = {
  name: "crash_loop",
  resolved: "Workers stay alive",
  find(readings) {
    const { crash_loop, totals } = readings.now;
    const crashes = totals.crashed - readings.ago(WINDOW).totals.crashed;
    if (crash_loop === null && crashes < CRASHES) return [];
    const what = crash_loop ?? `${crashes} have crashed within ${WINDOW / 1000} s`;
    return [{
      key: "crash_loop",
      severity: "critical",
      summary: `Workers cannot be kept alive: ${what}`,
      labels: {},
    }];
  },
};
