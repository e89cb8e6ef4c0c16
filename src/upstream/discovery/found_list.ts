import { formatAddress } from "../../base/address.ts";
import type { Backend } from "../backend.ts";

/**
 * A list in a fixed order, each address once. Of an address that occurs twice, one that
 * is no backup wins, then the first: all processes must come to the same list, whatever
 * the order in which a name server gave the records.
 */
export function ordered(found: readonly Backend[]): Backend[] {
  const unique = new Map<string, Backend>();
  for (const one of found) {
    const key = formatAddress(one.address);
    const known = unique.get(key);
    if (known === undefined || (known.isBackup && !one.isBackup)) unique.set(key, one);
  }
  return [...unique].sort(([a], [b]) => a < b ? -1 : 1).map(([, one]) => one);
}

/** Whether two lists of {@linkcode ordered} are the same. */
export function areSame(a: readonly Backend[], b: readonly Backend[]): boolean {
  return a.length === b.length && a.every((one, at) => isSame(one, b[at]));
}

function isSame(a: Backend, b: Backend | undefined): boolean {
  return b !== undefined && formatAddress(a.address) === formatAddress(b.address) &&
    a.weight === b.weight && a.isBackup === b.isBackup && a.max === b.max;
}

/** The end of a message that says why so many addresses may be out of date. */
export function keeping(count: number): string {
  if (count === 0) return "";
  return count === 1 ? ", keeping its last address" : `, keeping its last ${count} addresses`;
}
