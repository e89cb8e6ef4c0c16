/** A container of a pod, and the pods that run it. */
import type { Resource } from "./resource.ts";
import type { Tree } from "./tree.ts";
import { parseShare } from "./quantities.ts";

/** The probes that can be checked. */
export type ProbeKind = "readinessProbe" | "livenessProbe" | "startupProbe";

/** Kinds of resources that keep pods running, and thus stop them to replace them. */
export const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"];

/** A pod with a container that runs Sluice. */
export interface Pod {
  readonly resource: Resource;
  /** The `spec` of the pod. */
  readonly spec: Tree;
  /** The metadata of the pod. */
  readonly metadata: Tree;
  readonly container: Tree;
}

/** The template of the pods of a workload. */
export function templateOf({ kind, tree }: Resource): Tree {
  return kind === "Pod" ? tree : tree.get("spec", "template");
}

/** The labels of a tree with labels: `metadata.labels`, `spec.selector`. */
export function labelsOf(tree: Tree): ReadonlyMap<string, string> {
  return new Map(tree.entries.map(([key, { text }]) => [key, text ?? ""]));
}

/** Whether a selector matches a pod; an empty one matches none here. */
export function selects(selector: Tree, { metadata }: Pick<Pod, "metadata">): boolean {
  const labels = labelsOf(metadata.get("labels"));
  const wanted = [...labelsOf(selector)];
  return wanted.length > 0 && wanted.every(([key, value]) => labels.get(key) === value);
}

/** The pods of resources with a template that a selector matches. */
export function podsOf(resources: readonly Resource[]): readonly Pick<Pod, "metadata">[] {
  return resources.filter(({ kind }) => WORKLOADS.includes(kind))
    .map((resource) => ({ metadata: templateOf(resource).get("metadata") }));
}

/** Seconds that a `preStop` hook waits; 0 if there is none. */
export function preStopSeconds({ container }: Pod): number {
  const hook = container.get("lifecycle", "preStop");
  const slept = hook.get("sleep", "seconds").number;
  if (slept !== null) return slept;
  const command = hook.get("exec", "command").texts.join(" ");
  return Number(/\bsleep\s+(\d+(?:\.\d+)?)/.exec(command)?.[1] ?? 0);
}

/** The numbers of a probe, in seconds, with the defaults of Kubernetes. */
export function probeTimes(probe: Tree): { period: number; threshold: number; timeout: number } {
  const of = (key: string, value: number) => probe.get(key).number ?? value;
  return {
    period: of("periodSeconds", 10),
    threshold: of("failureThreshold", 3),
    timeout: of("timeoutSeconds", 1),
  };
}

/** The fewest pods that run: of the autoscaler that scales the workload, or its `replicas`. */
export function replicasOf({ kind, name, tree }: Resource, all: readonly Resource[]): number {
  const scaler = scalerOf({ kind, name }, all);
  if (scaler !== undefined) return scaler.tree.get("spec", "minReplicas").number ?? 1;
  return tree.get("spec", "replicas").number ?? 1;
}

/** The autoscaler of a workload. */
function scalerOf(
  { kind, name }: Pick<Resource, "kind" | "name">,
  all: readonly Resource[],
): Resource | undefined {
  return all.find((one) => {
    const target = one.tree.get("spec", "scaleTargetRef");
    return one.kind === "HorizontalPodAutoscaler" && target.get("kind").text === kind &&
      target.get("name").text === name;
  });
}

/**
 * A number of pods, or a share of them, as a budget or a strategy gives it.
 *
 * @param round What Kubernetes does with a share: up, except for `maxUnavailable` of a strategy.
 */
export function countOf(
  tree: Tree,
  replicas: number,
  round: (share: number) => number,
): number | null {
  const share = tree.text === null ? null : parseShare(tree.text, replicas);
  return share === null ? null : round(share);
}
