import { formatDuration } from "../../../settings/units.ts";
import { error } from "../finding.ts";
import { preStopSeconds } from "../pod.ts";
import type { Rule } from "./rule.ts";

/** Seconds for what remains after the deadline of a drain: killed workers, the last records. */
const KILL_RESERVE = 2;

/** Whoever stops the server must wait until it has drained, or kills it with its clients. */
export const stopTime: Rule = function* ({ servers }) {
  for (const { what, stopLimit, settings, pod } of servers) {
    if (stopLimit === null) continue;
    const { name, value, isDefault, spot } = stopLimit;
    const hook = pod === null ? 0 : preStopSeconds(pod);
    const delay = settings.drainDelay / 1000;
    const drain = settings.gracefulTimeout / 1000;
    const needed = Math.ceil(hook + delay + drain + KILL_RESERVE);
    if (value >= needed) continue;
    const sum = [
      ...hook > 0 ? [`${hook}s of preStop`] : [],
      ...delay > 0 ? [`--drain-delay ${formatDuration(settings.drainDelay)}`] : [],
      `--graceful-timeout ${formatDuration(settings.gracefulTimeout)}`,
      `${KILL_RESERVE}s to end the rest`,
    ].join(" + ");
    yield error(
      spot,
      `${name} ${
        isDefault ? "is not set, so it is" : "is"
      } ${value}s, but the ${what} needs up to ` +
        `${needed}s to stop (${sum}): set it to ${needed}s or more`,
    );
  }
};
