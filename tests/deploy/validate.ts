/** Validates Kubernetes manifests by the schemas of its API, as a strict server would. */
import { PodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Namespace } from "kubernetes-models/v1/Namespace";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";

/** A manifest, as parsed from YAML. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  // deno-lint-ignore no-explicit-any
  readonly [key: string]: any;
}

/** A class for manifests of one kind. */
interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  /** Throws if what it is called on is not valid. */
  readonly prototype: { validate(): void };
}

const KINDS: readonly Kind[] = [
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  PodMonitor,
  Service,
  ServiceAccount,
];

/**
 * Finds what is wrong in a manifest: wrong types and missing fields by the schema, and fields that
 * the schema does not know. It lets those pass, but a validator never reads them: that is noticed.
 *
 * @returns Empty if it is valid.
 */
export function problemsOf(manifest: Manifest): readonly string[] {
  const { apiVersion, kind } = manifest;
  const found = KINDS.find((one) => one.apiVersion === apiVersion && one.kind === kind);
  if (found === undefined) return [`there is no schema of ${apiVersion} ${kind}`];
  const unread = new Set<string>();
  try {
    found.prototype.validate.call(watched(manifest, "", unread));
  } catch (error) {
    return [String(error)];
  }
  return [...unread].map((path) => `unknown field ${path}`);
}

/** A value that looks the same, and removes from `unread` the path of what is read. */
function watched(value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const isList = Array.isArray(value);
  const inner = new Map(
    Object.entries(value).map(([key, part]) => {
      const name = `${path}/${key}`;
      if (!isList) unread.add(name);
      return [key, watched(part, name, unread)];
    }),
  );
  return new Proxy(value, {
    get(target, key) {
      unread.delete(`${path}/${String(key)}`);
      const part = inner.get(String(key));
      return part === undefined ? Reflect.get(target, key) : part;
    },
  });
}
