import { error, warning } from "../finding.ts";
import { selects } from "../pod.ts";
import type { Rule } from "./rule.ts";

/** Without a readiness probe, clients reach servers that start, drain or have lost a dependency. */
export const readiness: Rule = function* ({ servers, resources }) {
  for (const { what, pod } of servers) {
    if (pod === null || pod.container.get("readinessProbe").exists) continue;
    const services = resources.filter(({ kind }) => kind === "Service");
    const isServed = services.some(({ tree }) => selects(tree.get("spec", "selector"), pod));
    const make = isServed ? error : warning;
    yield make(
      pod.container.spot,
      `The ${what} has no readinessProbe, so that it gets clients before it can serve them: ` +
        "probe /readyz on the admin port",
    );
  }
};
