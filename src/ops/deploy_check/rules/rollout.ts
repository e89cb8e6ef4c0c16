import { error, warning } from "../finding.ts";
import { countOf, replicasOf } from "../pod.ts";
import type { Rule } from "./rule.ts";

/** An update must leave pods that serve. */
export const rollout: Rule = function* ({ servers, resources }) {
  for (const { pod } of servers) {
    if (pod === null || pod.resource.kind !== "Deployment") continue;
    const { name, tree } = pod.resource;
    const strategy = tree.get("spec", "strategy");
    if (strategy.get("type").text === "Recreate") {
      yield warning(
        strategy.get("type").spot,
        `Deployment "${name}" stops all pods before it starts new ones (Recreate): nobody serves ` +
          "meanwhile; use RollingUpdate",
      );
      continue;
    }
    const given = strategy.get("rollingUpdate", "maxUnavailable");
    const replicas = replicasOf(pod.resource, resources);
    const most = countOf(given, replicas, Math.floor);
    if (most === null || most < replicas) continue;
    yield error(
      given.spot,
      `maxUnavailable of Deployment "${name}" is ${given.text}, and there may be only ${replicas} ` +
        `${replicas === 1 ? "pod" : "pods"}: an update may stop all at once; set it to 0, and ` +
        "maxSurge to 1",
    );
  }
};
