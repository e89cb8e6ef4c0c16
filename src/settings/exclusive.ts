/** Options that exclude each other: the one from the stronger source wins. */
import { ExitError } from "../base/exit.ts";
import type { Found } from "./found.ts";
import { EXCLUSIVE, type OptionKey } from "./options.ts";

/**
 * Removes the options that a stronger one excludes.
 *
 * @param found What the sources set, by option; modified in place.
 * @returns For each removed option, a text: "--service overrides SLUICE_HANDLER".
 * @throws {ExitError} If two of equal rank exclude each other, with the source's code.
 */
export function settleExclusive(found: Map<OptionKey, Found>): Map<OptionKey, string> {
  const overridden = new Map<OptionKey, string>();
  for (const [key, others] of Object.entries(EXCLUSIVE)) {
    const one = found.get(key as OptionKey);
    if (one === undefined) continue;
    const rivals = others.flatMap((other) => found.get(other) ?? []);
    const equal = rivals.find((rival) => rival.rank === one.rank);
    const stronger = rivals.find((rival) => rival.rank > one.rank);
    if (stronger === undefined && equal !== undefined) throw conflict(one, equal);
    const losers = stronger === undefined ? rivals : [one];
    for (const loser of losers) {
      found.delete(loser.key);
      const winner = stronger ?? one;
      overridden.set(loser.key, `${winner.name} overrides ${loser.name}${loser.where}`);
    }
  }
  return overridden;
}

/** The error for two options of which only one may be set, with the exit code of the first. */
export function conflict(one: Found<string>, other: Found<string>): ExitError {
  const where = one.where === other.where ? "" : one.where;
  return new ExitError(
    `Cannot combine ${one.name}${where} with ${other.name}${other.where}: ` +
      "expected only one of them",
    one.exitCode,
  );
}
