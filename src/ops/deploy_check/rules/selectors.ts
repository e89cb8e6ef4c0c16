import { error, warning } from "../finding.ts";
import { labelsOf, podsOf, selects, templateOf, WORKLOADS } from "../pod.ts";
import type { Rule } from "./rule.ts";

/** What a Service selects must exist; a workload must select its own pods. */
export const selectors: Rule = function* ({ servers, resources }) {
  const pods = podsOf(resources);
  const services = resources.filter(({ kind }) => kind === "Service");
  // Then the Service is probably that of pods that an operator makes.
  const areAllServed = servers.length > 0 &&
    servers.every(({ pod }) =>
      pod === null || services.some(({ tree }) => selects(tree.get("spec", "selector"), pod))
    );
  for (const { kind, name, tree } of resources) {
    const selector = tree.get("spec", "selector");
    if (kind === "Service" && labelsOf(selector).size > 0 && pods.length > 0) {
      if (pods.some((pod) => selects(selector, pod))) continue;
      const wanted = [...labelsOf(selector)].map(([key, value]) => `${key}=${value}`).join(", ");
      const make = areAllServed ? warning : error;
      yield make(
        selector.spot,
        `Service "${name}" selects ${wanted}, which are the labels of no pod here: make them agree`,
      );
    }
    const own = selector.get("matchLabels");
    if (!WORKLOADS.includes(kind) || !own.exists) continue;
    const metadata = templateOf({ kind, name, namespace: "", tree }).get("metadata");
    if (selects(own, { metadata })) continue;
    yield error(
      own.spot,
      `${kind} "${name}" selects other labels than its pods have: Kubernetes refuses it`,
    );
  }
};
