import { formatSize } from "../../../settings/units.ts";
import { error, warning } from "../finding.ts";
import type { Rule } from "./rule.ts";
import { workersOf } from "./workers.ts";

/** Workers must be replaced before all memory is used: the system then kills what it likes. */
export const memory: Rule = function* ({ servers }) {
  for (const server of servers) {
    const { what, spot, memory: limit, hasLimits, settings: { maxWorkerMemory } } = server;
    if (limit === null) {
      if (!hasLimits) continue;
      yield warning(
        spot,
        `The ${what} has no limit of memory: a leak takes that of its neighbours; limit it`,
      );
      continue;
    }
    const workers = workersOf(server);
    if (workers === null || maxWorkerMemory === null) continue;
    const needed = workers * maxWorkerMemory;
    if (needed <= limit.value) continue;
    yield error(
      limit.spot,
      `${limit.name} is ${mb(limit.value)}, but the ${what} lets ${workers} workers use ` +
        `--max-worker-memory ${formatSize(maxWorkerMemory)} each, ${mb(needed)} in all: raise it ` +
        `to ${mb(needed)} or more, or lower --max-worker-memory`,
    );
  }
};

function mb(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
