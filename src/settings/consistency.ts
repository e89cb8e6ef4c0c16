/** Settings that are right alone, but not together. */
import { EXIT, ExitError } from "../exit.ts";
import { type Found, quote, RANK } from "./found.ts";
import { flagName, type OptionKey, type Settings } from "./options.ts";

/** The options whose final value is always a number. */
type NumberKey = {
  [K in OptionKey]: Settings[K] extends number ? K : never;
}[OptionKey];

/** Options that may not exceed another: the key, and that other. */
const AT_MOST: Readonly<Partial<Record<NumberKey, NumberKey>>> = {
  minThreads: "maxThreads",
  spareThreads: "maxThreads",
};

/**
 * Checks the settings against each other.
 *
 * @param found Where they come from; those that are not in it are defaults.
 * @throws {ExitError} 64 when one of two that do not fit is a flag, else 78.
 */
export function checkConsistency(
  settings: Settings,
  found: ReadonlyMap<OptionKey, Found>,
): void {
  for (const [less, more] of Object.entries(AT_MOST) as [NumberKey, NumberKey][]) {
    const [one, other] = [found.get(less), found.get(more)];
    // A lower default is nobody's wish: the mode lowers it to what was asked for.
    if (one === undefined || settings[less] <= settings[more]) continue;
    throw new ExitError(
      `Cannot combine ${written(one)} with ${
        other === undefined ? `the default ${flagName(more)} ${settings[more]}` : written(other)
      }: ` +
        `expected ${flagName(less)} to be at most ${flagName(more)}`,
      one.rank === RANK.flag || other?.rank === RANK.flag ? EXIT.usage : EXIT.config,
    );
  }
}

function written({ name, value, where }: Found): string {
  return `${name} ${quote(value)}${where}`;
}
