import { warning } from "../finding.ts";
import type { Rule } from "./rule.ts";
import { workersOf } from "./workers.ts";

/** More workers than processors make each of them slower, and the limit throttles all. */
export const processors: Rule = function* ({ servers }) {
  for (const server of servers) {
    const { what, processors: limit } = server;
    const workers = workersOf(server);
    if (limit === null || workers === null || workers <= Math.ceil(limit.value)) continue;
    yield warning(
      limit.spot,
      `${limit.name} is ${limit.value}, but the ${what} has ${workers} workers: lower --workers ` +
        `to ${Math.ceil(limit.value)}, or raise the limit`,
    );
  }
};
