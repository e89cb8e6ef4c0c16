import { formatDuration } from "../../../settings/units.ts";
import { error } from "../finding.ts";
import { preStopSeconds, probeTimes } from "../pod.ts";
import type { Rule } from "./rule.ts";

/** Balancers must have noticed that a server stops before it closes its listeners. */
export const noticeTime: Rule = function* ({ servers }) {
  for (const { what, settings, pod } of servers) {
    if (pod === null) continue;
    const { drainDelay } = settings;
    const probe = pod.container.get("readinessProbe");
    if (drainDelay === 0) {
      // A hook that waits does the same, except that the server does not say that it stops.
      if (preStopSeconds(pod) > 0) continue;
      yield error(
        probe.spot,
        `The ${what} closes its listeners as soon as it is told to stop, while balancers still ` +
          "send clients: set --drain-delay, such as to 10s",
      );
      continue;
    }
    if (!probe.exists) continue;
    const { period, threshold, timeout } = probeTimes(probe);
    const noticed = period * threshold + timeout;
    if (noticed < drainDelay / 1000) continue;
    yield error(
      probe.spot,
      `readinessProbe notices after up to ${noticed}s (${threshold} failures, ${period}s apart, ` +
        `and a timeout of ${timeout}s), but the ${what} closes its listeners after --drain-delay ` +
        `${formatDuration(drainDelay)}: probe more often, or raise --drain-delay above ${noticed}s`,
    );
  }
};
