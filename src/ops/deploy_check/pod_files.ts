/** What a container finds in its environment and its files, as far as ConfigMaps tell. */
import type { Resource } from "./resource.ts";
import type { Pod } from "./pod.ts";
import type { Tree } from "./tree.ts";

/** The fields of a pod that are its address. */
const ADDRESSES = /^status\.(?:pod|host)IPs?$/;

/** The variables of a container; those of secrets are left out. */
export function environmentOf(
  { container }: Pod,
  resources: readonly Resource[],
): Readonly<Record<string, string>> {
  const maps = container.get("envFrom").items.flatMap((source) => {
    const prefix = source.get("prefix").text ?? "";
    const data = dataOf(source.get("configMapRef", "name").text, resources);
    return data.map(([key, value]) => [`${prefix}${key}`, value.text ?? ""] as const);
  });
  const own = container.get("env").items.map((variable) => {
    const reference = variable.get("valueFrom", "configMapKeyRef");
    const name = variable.get("name").text ?? "";
    const field = variable.get("valueFrom", "fieldRef", "fieldPath").text ?? "";
    // The pod's own address, whatever it will be: others reach it, as they reach this one.
    if (ADDRESSES.test(field)) return [name, "0.0.0.0"] as const;
    const value = reference.exists
      ? new Map(dataOf(reference.get("name").text, resources)).get(reference.get("key").text ?? "")
      : variable.get("value");
    return [name, value?.text ?? ""] as const;
  });
  return Object.fromEntries([...maps, ...own]);
}

/** A word of `command` or `args`, in which Kubernetes replaces `$(NAME)`, but not `$$(NAME)`. */
export function expandVariables(
  text: string,
  environment: Readonly<Record<string, string>>,
): string {
  return text.replace(
    /\$\$|\$\(([\w.-]+)\)/g,
    (all, name: string | undefined) => name === undefined ? "$" : environment[name] ?? all,
  );
}

/** The text of a file that a ConfigMap provides; null if none does. */
export function configFile(
  { container, spec }: Pod,
  resources: readonly Resource[],
  path: string,
): string | null {
  for (const mount of container.get("volumeMounts").items) {
    const folder = mount.get("mountPath").text ?? "";
    const subPath = mount.get("subPath").text;
    const key = subPath !== null
      ? (path === folder ? subPath : null)
      : path.startsWith(`${folder.replace(/\/$/, "")}/`)
      ? path.slice(folder.replace(/\/$/, "").length + 1)
      : null;
    if (key === null) continue;
    const volume = spec.get("volumes").items
      .find((one) => one.get("name").text === mount.get("name").text);
    if (volume === undefined) continue;
    const item = volume.get("configMap", "items").items
      .find((one) => one.get("path").text === key)?.get("key").text;
    const data = new Map(dataOf(volume.get("configMap", "name").text, resources));
    return data.get(item ?? key)?.text ?? null;
  }
  return null;
}

function dataOf(
  name: string | null,
  resources: readonly Resource[],
): readonly (readonly [string, Tree])[] {
  const map = resources.find((one) => one.kind === "ConfigMap" && one.name === name);
  return map?.tree.get("data").entries ?? [];
}
