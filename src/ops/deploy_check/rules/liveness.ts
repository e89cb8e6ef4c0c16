import { formatDuration } from "../../../settings/units.ts";
import { error, warning } from "../finding.ts";
import { type Pod, probeTimes } from "../pod.ts";
import type { Rule } from "./rule.ts";

/** What tells whether to send clients; a server that says no needs no restart. */
const READINESS = /\/(?:readyz|healthz)$/;
/** Modes whose hung workers are replaced while the process goes on. */
const REPLACING = ["threaded", "pooled", "forked"];

/** A liveness probe restarts a server: it must not ask whether it is ready, nor be impatient. */
export const liveness: Rule = function* ({ servers }) {
  for (const { what, settings, pod } of servers) {
    const probe = pod?.container.get("livenessProbe");
    if (pod === null || probe === undefined || !probe.exists) continue;
    const asked = askedPath(pod);
    if (asked !== null) {
      yield error(
        probe.spot,
        `livenessProbe of the ${what} asks ${asked}, which fails while the server drains, or ` +
          "waits for a dependency: Kubernetes then kills it with its clients; ask /livez",
      );
    }
    const { period, threshold } = probeTimes(probe);
    const patience = period * threshold;
    const { mode, workerTimeout } = settings;
    if (!REPLACING.includes(mode) || patience * 1000 >= workerTimeout) continue;
    yield warning(
      probe.spot,
      `livenessProbe restarts the ${what} after ${patience}s (${threshold} failures, ${period}s ` +
        `apart), before --worker-timeout ${formatDuration(workerTimeout)} has replaced a hung ` +
        `worker: let ${Math.ceil(workerTimeout / 1000)}s pass or more, or lower --worker-timeout`,
    );
  }
};

/** The question for readiness that a liveness probe asks; null if it asks another. */
function askedPath({ container }: Pod): string | null {
  const probe = container.get("livenessProbe");
  const path = (probe.get("httpGet", "path").text ?? "").split("?")[0] ?? "";
  if (READINESS.test(path)) return path;
  const words = probe.get("exec", "command").texts;
  return words.find((word) => READINESS.test(word) || word === "--ready" || word === "readyz") ??
    null;
}
