import { formatAddress } from "../../base/address.ts";
import type { Backend } from "../backend.ts";

/** Each address once: of one that occurs twice, one that is no backup wins, then the first. */
export function unique(found: readonly Backend[]): Backend[] {
  const known = new Map<string, Backend>();
  for (const one of found) {
    const key = formatAddress(one.address);
    const other = known.get(key);
    if (other === undefined || (other.isBackup && !one.isBackup)) known.set(key, one);
  }
  return [...known.values()];
}

/** Each address once, in an order that does not depend on that in which a name server gave the records. */
export function ordered(found: readonly Backend[]): Backend[] {
  const nameOf = ({ address }: Backend) => formatAddress(address);
  return unique(found).sort((a, b) => nameOf(a) < nameOf(b) ? -1 : 1);
}

/** Whether two lists are the same. */
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
