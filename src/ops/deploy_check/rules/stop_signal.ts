import { error } from "../finding.ts";
import type { Rule } from "./rule.ts";

/** The signals that drain, by name and number. */
const DRAINING = /^(?:SIG)?(?:TERM|INT)$|^(?:15|2)$/i;

/** Another signal than TERM does not drain. */
export const stopSignal: Rule = function* ({ servers }) {
  for (const { what, stopSignal } of servers) {
    if (stopSignal === null || DRAINING.test(stopSignal.name)) continue;
    yield error(
      stopSignal.spot,
      `The ${what} is told to stop by ${stopSignal.name}, which does not drain it: expected SIGTERM`,
    );
  }
};
