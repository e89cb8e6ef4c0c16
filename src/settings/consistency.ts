/** Settings that are valid alone, but not together. */
import { EXIT, ExitError } from "../base/exit.ts";
import type { FileTables } from "./config_tables.ts";
import { type Found, quote, RANK } from "./found.ts";
import { flagName, type OptionKey, optionOf, type OptionSettings } from "./options.ts";

/** The options whose final value is always a number. */
type NumberKey = {
  [K in OptionKey]: OptionSettings[K] extends number ? K : never;
}[OptionKey];

/** Options that may not exceed another: the key, and its upper bound. */
const AT_MOST: Readonly<Partial<Record<NumberKey, NumberKey>>> = {
  minThreads: "maxThreads",
  spareThreads: "maxThreads",
};

/** Options that apply only to HTTP. */
const OF_HTTP = ["root", "compress", "lab", "accessLog"] as const;

/** Options that mean nothing without another, and what was expected. */
const NEEDS = [
  ["acceptProxy", "trustedProxies", "the networks of the proxies, such as 10.0.0.0/8"],
] as const;
/** Options that apply only to the balancer. */
const OF_PROXY = ["protocol", "upstream", "upstreamFile"] as const;

/** What the sources set, by option; options without an entry have their default. */
type Sources = ReadonlyMap<OptionKey, Found>;

/**
 * Checks the settings against each other.
 *
 * @throws {ExitError} 64 if either of two that conflict is a flag, otherwise 78.
 */
export function checkConsistency(settings: OptionSettings, found: Sources): void {
  for (const [less, more] of excesses(settings)) {
    // A default is not the user's choice: the mode lowers it to the limit.
    if (!found.has(less)) continue;
    throw conflict(
      settings,
      found,
      less,
      more,
      `${flagName(less)} to be at most ${flagName(more)}`,
    );
  }
  checkNeeds(settings, found);
  checkTrusted(settings, found);
  const isHandler = settings.handler !== null;
  for (const key of OF_PROXY) {
    if (!found.has(key) || isProxy(settings)) continue;
    throw conflict(settings, found, key, isHandler ? "handler" : "service", PROXY);
  }
  for (const key of OF_HTTP) {
    if (settings[key] === null || settings[key] === false) continue;
    // Whether the balancer speaks HTTP is not settled here.
    if (key === "accessLog" && isProxy(settings)) continue;
    if (!isHandler && settings.service !== "http") {
      throw conflict(settings, found, key, "service", "--service http or a handler");
    }
    if (isHandler && key === "lab") {
      throw conflict(settings, found, key, "handler", "--service http");
    }
  }
}

function checkNeeds(settings: OptionSettings, found: Sources): void {
  for (const [key, needed, expected] of NEEDS) {
    if (!isOn(settings[key]) || isOn(settings[needed])) continue;
    const isFlag = found.get(key)?.rank === RANK.flag;
    throw new ExitError(
      `Cannot use ${written(settings, found, key)} without ${
        flagName(needed)
      }: expected ${expected}`,
      isFlag ? EXIT.usage : EXIT.config,
    );
  }
}

/** Only HTTP has fields by which proxies that are trusted can name their clients. */
function checkTrusted(settings: OptionSettings, found: Sources): void {
  const isOfHttp = settings.handler !== null || ["http", "proxy"].includes(settings.service);
  if (settings.trustedProxies.length === 0 || settings.acceptProxy || isOfHttp) return;
  const isFlag = found.get("trustedProxies")?.rank === RANK.flag;
  throw new ExitError(
    `Cannot use ${written(settings, found, "trustedProxies")} without --accept-proxy: expected ` +
      "both or neither, except for HTTP",
    isFlag ? EXIT.usage : EXIT.config,
  );
}

function isOn(value: boolean | readonly string[]): boolean {
  return typeof value === "boolean" ? value : value.length > 0;
}

/**
 * Checks that there are tables of groups and routes only for a balancer.
 *
 * @throws {ExitError} 64 if the service is a flag, otherwise 78.
 */
export function checkTables(
  settings: OptionSettings,
  found: Sources,
  { groups, routes }: FileTables,
): void {
  const [first] = [...groups, ...routes];
  if (first === undefined || isProxy(settings)) return;
  const other = settings.handler === null ? "service" : "handler";
  throw new ExitError(
    `Cannot combine ${first.place} with ${written(settings, found, other)}: ` +
      `expected ${PROXY}`,
    found.get(other)?.rank === RANK.flag ? EXIT.usage : EXIT.config,
  );
}

/** Whether the settings are those of a balancer. */
export function isProxy(
  { handler, service }: Pick<OptionSettings, "handler" | "service">,
): boolean {
  return handler === null && service === "proxy";
}

const PROXY = "--service proxy";

/** The options that exceed another, and that one; only defaults may. */
export function excesses(settings: OptionSettings): [less: OptionKey, more: OptionKey][] {
  const limits = Object.entries(AT_MOST) as [NumberKey, NumberKey][];
  return limits.filter(([less, more]) => settings[less] > settings[more]);
}

/** The error for two options that conflict. */
function conflict(
  settings: OptionSettings,
  found: Sources,
  key: OptionKey,
  other: OptionKey,
  expected: string,
): ExitError {
  const isFlag = [key, other].some((one) => found.get(one)?.rank === RANK.flag);
  const [one, two] = [key, other].map((one) => written(settings, found, one));
  return new ExitError(
    `Cannot combine ${one} with ${two}: expected ${expected}`,
    isFlag ? EXIT.usage : EXIT.config,
  );
}

function written(settings: OptionSettings, found: Sources, key: OptionKey): string {
  const one = found.get(key);
  if (one === undefined) return `the default ${flagName(key)} ${settings[key]}`;
  if (one.source.from === "argument") return one.name;
  const value = optionOf(key).type === "flag" ? "" : ` ${quote(one.value)}`;
  return `${one.name}${value}${one.where}`;
}
