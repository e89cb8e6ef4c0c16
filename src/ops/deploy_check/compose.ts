/** Reads the services of a compose file, after the Compose Specification. */
import { dirname, resolve } from "node:path";
import { type Candidate, startOf } from "./candidate.ts";
import { interpolate, variablesBeside, variablesIn } from "./compose_variables.ts";
import type { DeployedServer, Limit } from "./deployment.ts";
import { argumentsIn, isImageOfSluice, isShell } from "./program.ts";
import { parseBinaryBytes, parseProcessors, parseSeconds } from "./quantities.ts";
import type { Tree } from "./tree.ts";
import { splitWords } from "./words.ts";

/** Seconds that Docker gives a container to stop unless it is told. */
const GRACE_PERIOD = 10;

/** Whether a document is a compose file. */
export function isCompose(tree: Tree): boolean {
  return tree.get("services").entries.length > 0 && !tree.get("apiVersion").exists;
}

/** The services of a compose file. */
export function servicesOf(tree: Tree): readonly Candidate[] {
  return tree.get("services").entries.map(([name, service]) => candidateOf(name, service, tree));
}

function candidateOf(name: string, service: Tree, root: Tree): Candidate {
  const { file } = root.spot;
  const variables = variablesBeside(file);
  const filled = (text: string) => interpolate(text, variables);
  const entrypoint = wordsOf(service.get("entrypoint")).map(filled);
  const command = wordsOf(service.get("command")).map(filled);
  const words = [...entrypoint, ...command];
  const isScript = isShell(words);
  const named = argumentsIn(words);
  const files = service.get("env_file").items.map((one) => one.get("path").text ?? one.text);
  const environment = Object.fromEntries([
    ...[service.get("env_file").text, ...files].flatMap((path) =>
      path === null ? [] : Object.entries(variablesIn(resolve(dirname(file), path)))
    ),
    ...Object.entries(environmentOf(service.get("environment")))
      .map(([name, value]) => [name, filled(value)]),
  ]);
  const what = `service "${name}"`;
  return {
    what,
    spot: service.spot,
    isSluice: named !== null || isImageOfSluice(filled(service.get("image").text ?? "")) ||
      Object.keys(environment).some((name) => name.startsWith("SLUICE_")),
    start: startOf(named ?? (entrypoint.length === 0 ? command : null), environment, {
      cwd: service.get("working_dir").text ?? "/",
      file: (path) => configText(service, root, path),
    }),
    server: serverOf(what, service, isScript, filled),
  };
}

/** A command is one text that is split, or a list of words. */
function wordsOf(tree: Tree): readonly string[] {
  return tree.text === null ? tree.texts : splitWords(tree.text);
}

function serverOf(
  what: string,
  service: Tree,
  isScript: boolean,
  filled: (text: string) => string,
): Omit<DeployedServer, "settings"> {
  const limits = service.get("deploy", "resources", "limits");
  const signal = service.get("stop_signal");
  return {
    what,
    spot: service.spot,
    stopLimit: stopLimitOf(service.get("stop_grace_period"), filled),
    memory: limitOf("memory", [limits.get("memory"), service.get("mem_limit")], (text) => {
      return parseBinaryBytes(filled(text));
    }),
    processors: limitOf("cpus", [limits.get("cpus"), service.get("cpus")], (text) => {
      return parseProcessors(filled(text));
    }),
    writable: service.get("read_only").value === true
      ? { reason: "read_only", folders: mountsOf(service) }
      : null,
    start: { isShell: isScript, spot: service.spot },
    stopSignal: signal.text === null ? null : { name: signal.text, spot: signal.spot },
    hasLimits: true,
    pod: null,
    unit: null,
  };
}

function stopLimitOf({ text, spot }: Tree, filled: (text: string) => string): Limit {
  const value = text === null ? null : parseSeconds(filled(text));
  const isDefault = value === null;
  return { name: "stop_grace_period", value: value ?? GRACE_PERIOD, isDefault, spot };
}

function limitOf(
  name: string,
  trees: readonly Tree[],
  parse: (text: string) => number | null,
): Limit | null {
  for (const { text, spot } of trees) {
    const value = text === null ? null : parse(text);
    if (value !== null) return { name, value, isDefault: false, spot };
  }
  return null;
}

function mountsOf(service: Tree): readonly string[] {
  const volumes = service.get("volumes").items.map((volume) => {
    const [, target = "", mode = ""] = volume.text?.split(":") ?? [];
    if (volume.text !== null) return mode.split(",").includes("ro") ? "" : target;
    return volume.get("read_only").value === true ? "" : volume.get("target").text ?? "";
  });
  const tmpfs = service.get("tmpfs").texts.map((text) => text.split(":")[0] ?? "");
  return [...volumes, ...tmpfs].filter((folder) => folder !== "");
}

function environmentOf(tree: Tree): Readonly<Record<string, string>> {
  const list = tree.texts.map((text) => {
    const at = text.indexOf("=");
    return at === -1 ? [text, ""] as const : [text.slice(0, at), text.slice(at + 1)] as const;
  });
  const map = tree.entries.map(([key, { text }]) => [key, text ?? ""] as const);
  return Object.fromEntries([...list, ...map]);
}

/** The text of a file from `configs` with its content in the compose file. */
function configText(service: Tree, root: Tree, path: string): string | null {
  const config = service.get("configs").items.find((one) => one.get("target").text === path);
  const name = config?.get("source").text ?? "";
  return root.get("configs", name, "content").text;
}
