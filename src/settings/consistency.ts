/** Settings that are right alone, but not together. */
import { EXIT, ExitError } from "../base/exit.ts";
import { type Found, quote, RANK } from "./found.ts";
import { flagName, type OptionKey, optionOf, type Settings } from "./options.ts";

/** The options whose final value is always a number. */
type NumberKey = {
  [K in OptionKey]: Settings[K] extends number ? K : never;
}[OptionKey];

/** Options that may not exceed another: the key, and that other. */
const AT_MOST: Readonly<Partial<Record<NumberKey, NumberKey>>> = {
  minThreads: "maxThreads",
  spareThreads: "maxThreads",
};

/** Options that ask for something that HTTP alone has. */
const OF_HTTP = ["root", "compress", "lab", "accessLog"] as const;

/** Sources by option; those that are not in it are defaults. */
type Sources = ReadonlyMap<OptionKey, Found>;

/**
 * Checks the settings against each other.
 *
 * @throws {ExitError} 64 when one of two that do not fit is a flag, else 78.
 */
export function checkConsistency(settings: Settings, found: Sources): void {
  for (const [less, more] of Object.entries(AT_MOST) as [NumberKey, NumberKey][]) {
    // A lower default is nobody's wish: the mode lowers it to what was asked for.
    if (!found.has(less) || settings[less] <= settings[more]) continue;
    throw unfit(settings, found, less, more, `${flagName(less)} to be at most ${flagName(more)}`);
  }
  const isHandler = settings.handler !== null;
  for (const key of OF_HTTP) {
    if (settings[key] === null || settings[key] === false) continue;
    if (!isHandler && settings.service !== "http") {
      throw unfit(settings, found, key, "service", "--service http or a handler");
    }
    if (isHandler && key === "lab") throw unfit(settings, found, key, "handler", "--service http");
  }
}

/** The error of two options that do not fit. */
function unfit(
  settings: Settings,
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

function written(settings: Settings, found: Sources, key: OptionKey): string {
  const one = found.get(key);
  if (one === undefined) return `the default ${flagName(key)} ${settings[key]}`;
  const value = optionOf(key).type === "flag" ? "" : ` ${quote(one.value)}`;
  return `${one.name}${value}${one.where}`;
}
