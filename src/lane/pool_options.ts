import { kindOf } from "../base/kind_of.ts";
import type { PoolOptions } from "../services/pool.ts";

/** Milliseconds. */
const IDLE_TIMEOUT = 30_000;
const ACQUIRE_TIMEOUT = 5_000;
/** The longest timer that there is. */
export const NO_LIMIT = 2 ** 31 - 1;

const NAMES: ReadonlySet<string> = new Set<keyof PoolOptions<unknown>>([
  "create",
  "destroy",
  "check",
  "max",
  "idleTimeout",
  "acquireTimeout",
]);

/**
 * The options of a pool, with their defaults; the idle timeout is the longest timer if there is none.
 *
 * @throws {TypeError} If one of them is wrong.
 */
export function poolOptions<T>(name: string, given: PoolOptions<T>): Required<PoolOptions<T>> {
  const complain = (what: string, expected: string, found: unknown) =>
    new TypeError(
      `Cannot open the pool "${name}": expected ${what} to be ${expected}, found ${shown(found)}`,
    );
  if (typeof name !== "string") throw complain("its name", "a string", name);
  if (typeof given !== "object" || given === null) {
    throw complain("its options", "an object with create and max", given);
  }
  const unknown = Object.keys(given).find((key) => !NAMES.has(key));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot open the pool "${name}": found the option ${unknown}, expected none but ${
        [...NAMES].join(", ")
      }`,
    );
  }
  const { create, max, idleTimeout = IDLE_TIMEOUT, acquireTimeout = ACQUIRE_TIMEOUT } = given;
  const { destroy = () => {}, check = () => true } = given;
  for (const [option, value] of Object.entries({ create, destroy, check })) {
    if (typeof value !== "function") throw complain(option, "a function", value);
  }
  if (!Number.isSafeInteger(max) || max < 1) throw complain("max", "a whole number from 1", max);
  for (const [option, value] of Object.entries({ idleTimeout, acquireTimeout })) {
    if (typeof value === "number" && value >= 0) continue;
    throw complain(option, "milliseconds, or 0 for no limit", value);
  }
  const longest = idleTimeout === 0 ? NO_LIMIT : Math.min(idleTimeout, NO_LIMIT);
  return { create, destroy, check, max, idleTimeout: longest, acquireTimeout };
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : kindOf(value);
}
