import { formatDuration } from "../../../settings/units.ts";
import { warning } from "../finding.ts";
import { preStopSeconds } from "../pod.ts";
import type { Rule } from "./rule.ts";

/** A hook that waits and `--drain-delay` have the same purpose. */
export const doubleWait: Rule = function* ({ servers }) {
  for (const { what, settings, pod } of servers) {
    if (pod === null) continue;
    const hook = preStopSeconds(pod);
    if (hook === 0 || settings.drainDelay === 0) continue;
    yield warning(
      pod.container.get("lifecycle", "preStop").spot,
      `The ${what} waits twice for balancers: ${hook}s in preStop, then --drain-delay ` +
        `${formatDuration(settings.drainDelay)}: remove the sleep, --drain-delay also makes ` +
        "/readyz fail",
    );
  }
};
