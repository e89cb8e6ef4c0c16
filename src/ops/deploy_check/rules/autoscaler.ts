import { METRIC_FAMILIES } from "../../metrics/registry.ts";
import type { Resource } from "../resource.ts";
import { error, type Finding, warning } from "../finding.ts";
import type { Tree } from "../tree.ts";
import type { Rule } from "./rule.ts";

const METRICS: readonly string[] = METRIC_FAMILIES.flatMap(({ metrics }) => metrics)
  .map(({ name }) => name);

/** An autoscaler must follow a metric that exists, and be alone in setting `replicas`. */
export const autoscaler: Rule = function* ({ servers, resources }) {
  for (const scaler of resources) {
    if (scaler.kind !== "HorizontalPodAutoscaler") continue;
    const reference = scaler.tree.get("spec", "scaleTargetRef");
    const isTarget = ({ kind, name }: Resource) =>
      kind === reference.get("kind").text && name === reference.get("name").text;
    const target = resources.find(isTarget);
    if (target === undefined) {
      const name = `${reference.get("kind").text} "${reference.get("name").text}"`;
      yield error(
        reference.spot,
        `The autoscaler "${scaler.name}" scales ${name}, which is not here`,
      );
      continue;
    }
    if (!servers.some(({ pod }) => pod !== null && isTarget(pod.resource))) continue;
    yield* ofMetrics(scaler);
    const replicas = target.tree.get("spec", "replicas");
    if (replicas.exists) {
      yield warning(
        replicas.spot,
        `replicas is ${replicas.text}, but the autoscaler "${scaler.name}" sets it, too: each time ` +
          "this file is applied, the number falls back to it; remove replicas",
      );
    }
  }
};

function* ofMetrics({ tree, name }: Resource): Iterable<Finding> {
  for (const metric of tree.get("spec", "metrics").items) {
    for (const kind of ["pods", "object", "external"]) {
      const named: Tree = metric.get(kind, "metric", "name");
      if (named.text === null || exists(named.text, kind)) continue;
      yield error(
        named.spot,
        `The autoscaler "${name}" follows the metric ${named.text}, which Sluice does not have: ` +
          "expected one such as sluice_saturation_ratio",
      );
    }
  }
}

/** Metrics of pods are Sluice's; others may come from elsewhere. An adapter makes rates of counters. */
function exists(name: string, kind: string): boolean {
  if (kind !== "pods" && !name.startsWith("sluice_")) return true;
  return METRICS.includes(name) || METRICS.includes(name.replace(/_per_second$/, "_total"));
}
