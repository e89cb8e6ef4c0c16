/** Settings from flags, for `sluice serve` and for commands that have no other source. */
import { EXIT, ExitError } from "../base/exit.ts";
import { conflict } from "./exclusive.ts";
import { finalValue, type Found, quote, RANK } from "./found.ts";
import { flagName, type OptionTable, type ValuesOf } from "./option.ts";
import { readTargets, type Targets } from "./targets.ts";

/** The flags of a table on the command line: for each, its values in order. */
export type FlagsOf<T> = Readonly<Partial<Record<keyof T, readonly string[]>>>;

/**
 * Checks flags and adds defaults.
 *
 * @param folder The absolute folder that relative paths start from.
 * @returns The final values, frozen.
 * @throws {ExitError} 64 if a flag is wrong, or repeated without being repeatable.
 */
export function loadFlags<T extends OptionTable>(
  table: T,
  flags: FlagsOf<T>,
  folder: string,
): ValuesOf<T> {
  return finalValues(table, readFlags<string>(table, flags, folder));
}

/**
 * Checks what has been found, and adds defaults.
 *
 * @returns The final values, frozen.
 * @throws {ExitError} If a value is wrong, with the source's code.
 */
export function finalValues<T extends OptionTable>(
  table: T,
  found: ReadonlyMap<string, Found<string>>,
): ValuesOf<T> {
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(table)) {
    const one = found.get(key);
    const value = one === undefined ? option.default : finalValue(option, one);
    values[key] = Array.isArray(value) ? Object.freeze([...value]) : value;
  }
  return Object.freeze(values) as ValuesOf<T>;
}

/**
 * Finds the options that flags set, and those that files and folders among the arguments set.
 *
 * @param folder The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is repeated without being repeatable, or an argument
 * and a flag set the same option.
 */
export function readArguments<K extends string>(
  table: OptionTable<K | keyof Targets>,
  flags: Readonly<Partial<Record<K | keyof Targets, readonly string[]>>>,
  targets: Targets,
  folder: string,
): Map<K | keyof Targets, Found<K | keyof Targets>> {
  const found = readFlags<K | keyof Targets>(table, flags, folder);
  for (const [key, target] of readTargets(targets, folder)) {
    const flag = found.get(key);
    if (flag !== undefined) throw conflict(target, flag);
    found.set(key, target);
  }
  return found;
}

/**
 * Finds the options that flags set.
 *
 * @param folder The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is repeated without being repeatable.
 */
export function readFlags<K extends string>(
  table: OptionTable<K>,
  flags: Readonly<Partial<Record<K, readonly string[]>>>,
  folder: string,
): Map<K, Found<K>> {
  const found = new Map<K, Found<K>>();
  for (const key of Object.keys(table) as K[]) {
    const given = flags[key] ?? [];
    const [value] = given;
    if (value === undefined) continue;
    const { repeatable } = table[key];
    const name = flagName(key);
    if (given.length > 1 && !repeatable) {
      throw new ExitError(
        `Cannot repeat ${name}: found ${given.map(quote).join(" and ")}, expected one value`,
        EXIT.usage,
      );
    }
    found.set(key, {
      key,
      value: repeatable ? given : value,
      name,
      where: "",
      folder,
      source: { from: "flag", detail: name },
      rank: RANK.flag,
      exitCode: EXIT.usage,
    });
  }
  return found;
}
