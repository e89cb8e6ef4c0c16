import type { Alert } from "./alert.ts";
import type { Active } from "./spool.ts";

/** The key of the alert that the server cannot start, or could not go on. No rule sees that. */
export const SERVER_DOWN = "server_down";

/**
 * The alert that the server is down, which follows the one that lasts if there is one.
 *
 * @param now In milliseconds since the epoch.
 */
export function serverDown(summary: string, former: Active | null, now: number): Alert {
  const last = new Date(now).toISOString();
  return {
    key: SERVER_DOWN,
    rule: SERVER_DOWN,
    severity: "critical",
    state: "firing",
    summary,
    labels: {},
    first: former?.alert.first ?? last,
    last,
    count: (former?.alert.count ?? 0) + 1,
  };
}

/** The alert that it serves again. */
export function serverUp({ alert }: Active, now: number): Alert {
  const last = new Date(now).toISOString();
  return { ...alert, state: "resolved", summary: "The server serves again", last };
}
