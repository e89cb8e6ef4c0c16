import type { Rule } from "../rule.ts";

const KEY = "server_crashed";
/** How long a server must have served since a crash, in seconds. */
const STABLE_AFTER = 300;

/** The whole server crashed before this start: nobody could tell it then. */
export const serverCrashed: Rule = {
  name: KEY,
  resolved: "The server has served since the crash",
  find({ now: { last_crash: crash, uptime_s } }) {
    if (crash === null || uptime_s >= STABLE_AFTER) return [];
    const where = crash.report === null ? "" : `, report in ${crash.report}`;
    return [{
      key: KEY,
      severity: "warning",
      summary: `The server crashed at ${crash.time}: ${crash.reason}${where}`,
      labels: { kind: crash.kind },
    }];
  },
};
