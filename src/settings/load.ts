/**
 * Turns the command line, environment, configuration file and defaults, in this order of
 * precedence, into the final settings. Nothing merges or checks them later.
 */
import type { Address } from "../base/address.ts";
import type { BalancerSettings } from "./balancer.ts";
import type { LoadedGroup } from "./balancer_groups.ts";
import type { ReadFile } from "./config_file.ts";
import type { FileTables } from "./config_tables.ts";
import { checkConsistency, checkTables, isProxy } from "./consistency.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { settleExclusive } from "./exclusive.ts";
import { readArguments } from "./flags.ts";
import { finalValue, type Found, type Source } from "./found.ts";
import type { LoadedBalancer } from "./load_balancer.ts";
import type { OptionTable } from "./option.ts";
import {
  OPTION_KEYS,
  type OptionKey,
  optionOf,
  OPTIONS,
  type OptionSettings,
  type Settings,
} from "./options.ts";
import type { Targets } from "./targets.ts";

/** The flags on the command line: for each, its values in order. */
export type Flags = Readonly<Partial<Record<OptionKey, readonly string[]>>>;

/** Where the value of each setting comes from. */
export type Sources = { readonly [K in OptionKey]: Source };

/** The final settings and their sources; both are frozen. */
export interface Loaded {
  readonly settings: Settings;
  readonly sources: Sources;
  /** The groups that tables of the configuration file set. */
  readonly groups: readonly LoadedGroup[];
}

/** What {@linkcode loadSettings} reads from. */
export interface LoadOptions {
  readonly flags: Flags;
  /** What the arguments that are not options name. */
  readonly targets?: Targets;
  /** The whole environment, so that misspelt names are noticed. */
  readonly environment: Environment;
  /** Reads the configuration file, if one is named. */
  readonly readFile: ReadFile;
  /** The absolute folder that relative paths start from. */
  readonly cwd: string;
}

/** The options that one source sets. */
type Layer = ReadonlyMap<OptionKey, Found>;

/** The sources of options in order of precedence, and what else the configuration file sets. */
interface Layers {
  readonly layers: readonly Layer[];
  readonly tables: FileTables;
}

/**
 * Finds, checks and merges all settings. Checks overridden values, too, so that a
 * mistake shows before the value ever takes effect.
 *
 * @throws {ExitError} 64 if a flag is wrong or conflicts with another setting; 78 if
 * the environment or the configuration file is wrong; 66 or 77 if that file cannot
 * be read.
 */
export async function loadSettings(options: LoadOptions): Promise<Loaded> {
  const found = new Map<OptionKey, Found>();
  const values = new Map<OptionKey, unknown>();
  const { layers, tables } = await readLayers(options);
  for (const layer of layers) {
    for (const [key, one] of layer) {
      const value = finalValue(optionOf(key), one);
      if (found.has(key)) continue;
      found.set(key, one);
      values.set(key, value);
    }
  }
  const overridden = settleExclusive(found);

  const settings: Partial<Record<OptionKey, unknown>> = {};
  const sources: Partial<Record<OptionKey, Source>> = {};
  for (const key of OPTION_KEYS) {
    const one = found.get(key);
    const value = one === undefined ? optionOf(key).default : values.get(key);
    settings[key] = Array.isArray(value) ? Object.freeze([...value]) : value;
    sources[key] = one?.source ?? { from: "default", detail: overridden.get(key) ?? "" };
  }
  const all = settings as OptionSettings;
  checkConsistency(all, found);
  checkTables(all, found, tables);
  const balancer = await balancerOf(all, found, tables);
  return Object.freeze({
    settings: Object.freeze({ ...all, ...balancer.settings }),
    sources: Object.freeze(sources) as Sources,
    groups: balancer.groups,
  });
}

async function balancerOf(
  settings: OptionSettings,
  found: Layer,
  tables: FileTables,
): Promise<Pick<LoadedBalancer, "groups"> & { readonly settings: BalancerSettings }> {
  if (!isProxy(settings)) return { settings: NO_BALANCER, groups: [] };
  // Loaded here because only a balancer needs it.
  const { loadBalancer } = await import("./load_balancer.ts");
  return await loadBalancer({ top: settings, found, tables });
}

const NO_BALANCER: BalancerSettings = {
  protocol: "tcp",
  upstreams: Object.freeze([]),
  routes: Object.freeze([]),
};

/** Reads all sources, in order of precedence. */
async function readLayers(options: LoadOptions): Promise<Layers> {
  const { flags, targets = {}, environment, readFile, cwd } = options;
  const given = readArguments(OPTIONS as OptionTable<OptionKey>, flags, targets, cwd);
  const layers: Layer[] = [given, await readEnvironment(environment, cwd)];
  const config = layers.map((layer) => layer.get("config")).find((found) => found !== undefined);
  if (config === undefined) return { layers, tables: { groups: [], routes: [] } };
  // Loaded here because most starts have no configuration file.
  const { readConfigFile } = await import("./config_file.ts");
  const file = {
    path: finalValue(optionOf("config"), config) as string,
    name: config.name,
    written: String(config.value),
    exitCode: config.exitCode,
  };
  const { options: own, tables } = await readConfigFile(file, readFile);
  return { layers: [...layers, own], tables };
}

/**
 * The addresses to listen on: `bind`, or else `host` and `port`.
 *
 * @param servicePort The port to use when none is set.
 */
export function resolveAddresses(
  settings: Pick<Settings, "bind" | "host" | "port">,
  servicePort: number,
): readonly Address[] {
  if (settings.bind.length > 0) return settings.bind;
  const { host, port } = settings;
  return [{ transport: "tcp", hostname: host, port: port ?? servicePort }];
}
