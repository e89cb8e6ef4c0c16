import { error, warning } from "../finding.ts";
import { countOf, replicasOf, selects } from "../pod.ts";
import type { Rule } from "./rule.ts";

/** A budget must let a pod go, or no machine can be emptied; one pod alone is no reserve. */
export const disruption: Rule = function* ({ servers, resources }) {
  for (const { what, pod } of servers) {
    if (pod === null || !["Deployment", "StatefulSet"].includes(pod.resource.kind)) continue;
    const replicas = replicasOf(pod.resource, resources);
    if (replicas === 1) {
      yield warning(
        pod.resource.tree.get("spec", "replicas").spot,
        `The ${what} runs once: while its machine is emptied or fails, nobody serves; run 2 or more`,
      );
    }
    for (const { kind, name, tree } of resources) {
      if (kind !== "PodDisruptionBudget") continue;
      const spec = tree.get("spec");
      if (!selects(spec.get("selector", "matchLabels"), pod)) continue;
      const least = countOf(spec.get("minAvailable"), replicas, Math.ceil);
      if (least !== null && least >= replicas) {
        yield error(
          spec.get("minAvailable").spot,
          `minAvailable of "${name}" is ${spec.get("minAvailable").text}, and there are only ` +
            `${replicas} pods of ${pod.resource.kind} "${pod.resource.name}" at least: none may ` +
            `ever go; set maxUnavailable to 1 instead`,
        );
      }
      if (countOf(spec.get("maxUnavailable"), replicas, Math.ceil) !== 0) continue;
      yield error(
        spec.get("maxUnavailable").spot,
        `maxUnavailable of "${name}" is 0: no pod may ever go; set it to 1`,
      );
    }
  }
};
