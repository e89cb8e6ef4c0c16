/**
 * From flags, environment, configuration file and defaults, in this order of
 * precedence, to the final settings. After this nobody merges or checks again.
 */
import { ExitError } from "../base/exit.ts";
import type { Address } from "../base/address.ts";
import type { ReadFile } from "./config_file.ts";
import { checkConsistency } from "./consistency.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { readFlags } from "./flags.ts";
import { finalValue, type Found, type Source } from "./found.ts";
import type { OptionTable } from "./option.ts";
import {
  EXCLUSIVE,
  OPTION_KEYS,
  type OptionKey,
  optionOf,
  OPTIONS,
  type Settings,
} from "./options.ts";

/** The flags as they were given: for each, its values in order. */
export type Flags = Readonly<Partial<Record<OptionKey, readonly string[]>>>;

/** Where the value of each setting comes from. */
export type Sources = { readonly [K in OptionKey]: Source };

/** The final settings and their sources; both are frozen. */
export interface Loaded {
  readonly settings: Settings;
  readonly sources: Sources;
}

/** What {@linkcode loadSettings} reads from. */
export interface LoadOptions {
  readonly flags: Flags;
  /** All of it, so that misspelt names are noticed. */
  readonly environment: Environment;
  /** Reads the configuration file, if one is named. */
  readonly readFile: ReadFile;
  /** The absolute folder that relative paths start from. */
  readonly cwd: string;
}

/**
 * Finds, checks and merges all settings. Values that are overridden are
 * checked too, so that a mistake does not wait for the day it is used.
 *
 * @throws {ExitError} 64 when a flag is wrong, or does not fit the rest; 78 when
 * the environment or the configuration file is; 66 or 77 when that file cannot be read.
 */
export async function loadSettings(options: LoadOptions): Promise<Loaded> {
  const { environment, readFile, cwd } = options;
  const flags = readFlags(OPTIONS as OptionTable<OptionKey>, options.flags, cwd);
  const variables = await readEnvironment(environment, cwd);
  const layers = [flags, variables];
  const config = flags.get("config") ?? variables.get("config");
  if (config !== undefined) {
    const module = await import("./config_file.ts");
    const file = {
      path: finalValue(optionOf("config"), config) as string,
      name: config.name,
      written: String(config.value),
      exitCode: config.exitCode,
    };
    layers.push(await module.readConfigFile(file, readFile));
  }

  const found = new Map<OptionKey, Found>();
  const values = new Map<OptionKey, unknown>();
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
    sources[key] = one?.source ??
      { from: "default", detail: overridden.get(key) ?? "" };
  }
  checkConsistency(settings as Settings, found);
  return Object.freeze({
    settings: Object.freeze(settings) as Settings,
    sources: Object.freeze(sources) as Sources,
  });
}

/**
 * The addresses to listen on: those of `bind`, otherwise `host` and `port`.
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

/**
 * Removes from what was found the options that exclude a higher-ranked one.
 *
 * @returns For each option that was removed, what was overridden by what.
 * @throws {ExitError} When two of the same rank exclude each other.
 */
function settleExclusive(found: Map<OptionKey, Found>): Map<OptionKey, string> {
  const overridden = new Map<OptionKey, string>();
  function override(loser: Found, winner: Found) {
    found.delete(loser.key);
    const text = `${winner.name} overrides ${loser.name}${loser.where}`;
    overridden.set(loser.key, text);
  }
  for (const [key, others] of Object.entries(EXCLUSIVE)) {
    const one = found.get(key as OptionKey);
    if (one === undefined) continue;
    const rivals = others.flatMap((other) => found.get(other) ?? []);
    const stronger = rivals.find((rival) => rival.rank > one.rank);
    if (stronger !== undefined) {
      override(one, stronger);
      continue;
    }
    const equal = rivals.find((rival) => rival.rank === one.rank);
    if (equal !== undefined) {
      throw new ExitError(
        `Cannot combine ${one.name} with ${equal.name}${one.where}: ` +
          "expected only one of them",
        one.exitCode,
      );
    }
    rivals.forEach((rival) => override(rival, one));
  }
  return overridden;
}
