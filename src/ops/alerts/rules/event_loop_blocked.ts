import { mainThreadBlocked } from "../../status/blocked.ts";
import type { Rule } from "../rule.ts";

/** Milliseconds without a heartbeat of the main thread, and how long that must be seen. */
const BLOCKED = 3000;
const SEEN = 2000;

/** A handler that blocks the main thread, which nobody can replace. */
export const eventLoopBlocked: Rule = {
  name: "event_loop_blocked",
  resolved: "The event loop turns again",
  holdFor: () => SEEN,
  find({ now }) {
    const blocked = mainThreadBlocked(now);
    if (blocked < BLOCKED) return [];
    const current = now.lanes.find(({ place, state }) => place === "here" && state !== "free")
      ?.current ?? null;
    const culprit = current === null
      ? ""
      : `, since it turned to connection ${current.connection} of ${current.peer ?? "a client"}`;
    return [{
      key: "event_loop_blocked",
      severity: "critical",
      summary: `The event loop has been blocked for ${Math.round(blocked / 1000)} s${culprit}: ` +
        "nobody is served meanwhile",
      labels: {},
    }];
  },
};
