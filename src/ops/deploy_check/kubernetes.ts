/** Reads the resources of Kubernetes. */
import { type Candidate, startOf } from "./candidate.ts";
import type { DeployedServer, Limit } from "./deployment.ts";
import type { Resource } from "./resource.ts";
import { type Pod, templateOf, WORKLOADS } from "./pod.ts";
import { argumentsIn, isImageOfSluice, isShell } from "./program.ts";
import { parseKubernetesBytes, parseProcessors } from "./quantities.ts";
import { configFile, environmentOf, expandVariables } from "./pod_files.ts";
import type { Tree } from "./tree.ts";

/** Seconds that Kubernetes gives a pod to stop unless it is told. */
const GRACE_PERIOD = 30;

/** Whether a document is a resource of Kubernetes. */
export function isResource(tree: Tree): boolean {
  return tree.get("apiVersion").text !== null && tree.get("kind").text !== null;
}

/** The resources of a document, which may be a list of them. */
export function resourcesIn(tree: Tree): readonly Resource[] {
  const kind = tree.get("kind").text ?? "";
  if (kind === "List") return tree.get("items").items.flatMap(resourcesIn);
  const name = tree.get("metadata", "name").text ?? "";
  return [{ kind, name, namespace: tree.get("metadata", "namespace").text ?? "", tree }];
}

/**
 * Gives resources without a namespace that of the pods, if all pods have the same: `kubectl apply
 * --namespace` does so, and charts often name it in some of their templates only.
 */
export function atHome(resources: readonly Resource[]): readonly Resource[] {
  const workloads = resources.filter(({ kind }) => WORKLOADS.includes(kind));
  const homes = new Set(workloads.map(({ namespace }) => namespace).filter((name) => name !== ""));
  const [home = ""] = homes.size === 1 ? homes : [];
  return resources.map((one) => one.namespace === "" ? { ...one, namespace: home } : one);
}

/** The containers of all pods. */
export function containersOf(resources: readonly Resource[]): readonly Candidate[] {
  return resources.filter(({ kind }) => WORKLOADS.includes(kind)).flatMap((resource) => {
    const template = templateOf(resource);
    const spec = template.get("spec");
    return spec.get("containers").items.map((container) =>
      candidateOf(
        { resource, spec, metadata: template.get("metadata"), container },
        resources.filter(({ namespace }) => namespace === resource.namespace),
      )
    );
  });
}

function candidateOf(pod: Pod, resources: readonly Resource[]): Candidate {
  const { resource, container } = pod;
  const name = container.get("name").text ?? "";
  const image = container.get("image").text ?? "";
  const environment = environmentOf(pod, resources);
  const expand = (text: string) => expandVariables(text, environment);
  const command = container.get("command").texts.map(expand);
  const args = container.get("args").texts.map(expand);
  const named = argumentsIn([...command, ...args]);
  // Without a command, the arguments are those of the image's own.
  const own = named ?? (command.length === 0 ? args : null);
  const what = `container "${name}" of ${resource.kind} "${resource.name}"`;
  return {
    what,
    spot: container.spot,
    isSluice: named !== null || command.length === 0 && isImageOfSluice(image) ||
      Object.keys(environment).some((name) => name.startsWith("SLUICE_")),
    start: startOf(own, environment, {
      cwd: container.get("workingDir").text ?? "/",
      file: (path) => configFile(pod, resources, path),
    }),
    server: serverOf(what, pod, command),
  };
}

function serverOf(
  what: string,
  pod: Pod,
  command: readonly string[],
): Omit<DeployedServer, "settings"> {
  const { container, spec } = pod;
  return {
    what,
    spot: container.spot,
    stopLimit: stopLimitOf(spec),
    memory: limitOf(container, "memory", parseKubernetesBytes),
    processors: limitOf(container, "cpu", parseProcessors),
    writable: container.get("securityContext", "readOnlyRootFilesystem").value === true
      ? { reason: "readOnlyRootFilesystem", folders: writableMounts(pod) }
      : null,
    start: { isShell: isShell(command), spot: container.get("command").spot },
    stopSignal: stopSignalOf(container.get("lifecycle", "stopSignal")),
    hasLimits: true,
    pod,
    unit: null,
  };
}

function stopSignalOf(tree: Tree): DeployedServer["stopSignal"] {
  return tree.text === null ? null : { name: tree.text, spot: tree.spot };
}

function stopLimitOf(spec: Tree): Limit {
  const name = "terminationGracePeriodSeconds";
  const { number: value, spot } = spec.get(name);
  return { name, value: value ?? GRACE_PERIOD, isDefault: value === null, spot };
}

function limitOf(
  container: Tree,
  kind: "memory" | "cpu",
  parse: (text: string) => number | null,
): Limit | null {
  const { text, spot } = container.get("resources", "limits", kind);
  const value = text === null ? null : parse(text);
  return value === null ? null : { name: `limits.${kind}`, value, isDefault: false, spot };
}

function writableMounts({ container }: Pod): readonly string[] {
  return container.get("volumeMounts").items
    .filter((mount) => mount.get("readOnly").value !== true)
    .map((mount) => mount.get("mountPath").text ?? "");
}
