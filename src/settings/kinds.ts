/**
 * The kinds of option: how each is written, checked and shown. A schema takes
 * text (from flags and the environment) as well as the values of a
 * configuration file, and its message completes the words "expected ...".
 */
import * as v from "valibot";
import { type Address, formatAddress, parseAddress, parseHostname } from "../base/address.ts";
import { resolvePath, STANDARD_OUTPUT } from "./paths.ts";
import {
  formatDuration,
  formatPercent,
  formatSize,
  parseDuration,
  parsePercent,
  parseSize,
} from "./units.ts";

/** How the values of an option are written, checked and shown. */
export interface Kind<T> {
  readonly type:
    | "choice"
    | "flag"
    | "integer"
    | "number"
    | "duration"
    | "size"
    | "percent"
    | "host"
    | "text"
    | "path"
    | "permissions"
    | "addresses";
  /** The unit of the final value, for people; empty when it has none. */
  readonly unit: string;
  /** Every value that is accepted, when they can be listed. */
  readonly choices: readonly string[];
  /** May the flag be given more than once? */
  readonly repeatable: boolean;
  /** From text or a configuration file's value to the final value. */
  readonly schema: v.GenericSchema<unknown, T>;
  /** Writes a final value as a flag would take it; a list gives its items. */
  format(value: T): string | string[];
  /** Makes relative paths in the value absolute, from an absolute folder. */
  resolve(value: T, folder: string): T;
}

/** The longest duration: the runtime's timers cannot wait 25 days. */
const MAX_DURATION = 24 * 86_400_000;

/** One of a few words. */
export function choice<const C extends readonly string[]>(
  ...choices: C
): Kind<C[number]> {
  const expected = `one of ${choices.join(", ")}`;
  const schema = v.pipe(v.unknown(), v.picklist<C, string>(choices, expected));
  return { ...PLAIN, type: "choice", choices, schema };
}

/** The words for true and for false. */
const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "on", "1"].map((word) => [word, true] as const),
  ...["false", "no", "off", "0"].map((word) => [word, false] as const),
]);

/** True or false; on the command line the flag alone is true. */
export function flag(): Kind<boolean> {
  const expected = "true or false";
  const word = v.pipe(
    v.string(),
    v.transform((text) => SWITCH.get(text.toLowerCase())),
    v.boolean(),
  );
  const schema = v.pipe(v.unknown(), v.union([v.boolean(), word], expected));
  return { ...PLAIN, type: "flag", schema };
}

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number): Kind<number> {
  const expected = `an integer from ${min} to ${max}`;
  const digits = v.pipe(
    v.string(),
    v.regex(/^[+-]?\d+$/),
    v.transform(Number),
  );
  const schema = v.pipe(
    v.unknown(),
    v.union([v.number(), digits], expected),
    v.integer(expected),
    v.minValue(min, expected),
    v.maxValue(max, expected),
  );
  return { ...PLAIN, type: "integer", schema };
}

/**
 * A duration of at least `min` milliseconds and at most 24 days; the final
 * value is in milliseconds.
 */
export function duration(min = 0): Kind<number> {
  return {
    ...PLAIN,
    type: "duration",
    unit: "milliseconds",
    schema: quantity(
      parseDuration,
      "a duration such as 500ms, 30s or 2m",
      `a duration from ${formatDuration(min)} to ${formatDuration(MAX_DURATION)}`,
      min,
      MAX_DURATION,
    ),
    format: formatDuration,
  };
}

/** A size of at least `min` bytes; the final value is in bytes. */
export function size(min: number): Kind<number> {
  return {
    ...PLAIN,
    type: "size",
    unit: "bytes",
    schema: quantity(
      parseSize,
      "a size such as 16kb, 1mb or 1gb",
      `a size of at least ${formatSize(min)}`,
      min,
      Number.MAX_SAFE_INTEGER,
    ),
    format: formatSize,
  };
}

/** A percentage from 0 to 100; the final value is the number before the sign. */
export function percent(): Kind<number> {
  const expected = "a percentage from 0% to 100%";
  return {
    ...PLAIN,
    type: "percent",
    unit: "percent",
    schema: quantity(parsePercent, expected, expected, 0, 100),
    format: formatPercent,
  };
}

/** A host name or an IP address without a port. */
export function host(): Kind<string> {
  const expected = "a host name or an IP address without a port";
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.transform(parseHostname),
    v.string(expected),
  );
  return { ...PLAIN, type: "host", schema };
}

/** A path; the final value is absolute. */
export function path(): Kind<string> {
  return pathOr("a path", () => false);
}

/** A path, or `-` for standard output. */
export function output(): Kind<string> {
  return pathOr("a path or -", (value) => value === STANDARD_OUTPUT);
}

/** @param isNone Whether a value is no path, and stays as it is. */
function pathOr(expected: string, isNone: (value: string) => boolean): Kind<string> {
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.nonEmpty(expected),
    v.excludes("\0", expected),
  );
  return {
    ...PLAIN,
    type: "path",
    schema,
    resolve: (value, folder) => isNone(value) ? value : resolvePath(folder, value),
  };
}

/**
 * File permissions as octal text; the final value is the number that
 * `Deno.chmod` takes. Numbers are refused: in a configuration file 660 and
 * 0o660 would be two different ones, and only one is meant.
 */
export function permissions(): Kind<number> {
  const expected = 'octal permissions in quotes such as "660"';
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.regex(/^0?[0-7]{3}$/, expected),
    v.transform((text) => parseInt(text, 8)),
  );
  return {
    ...PLAIN,
    type: "permissions",
    schema,
    format: (value) => value.toString(8).padStart(3, "0"),
  };
}

/** A list of addresses; in one text they are separated by commas. */
export function addresses(): Kind<readonly Address[]> {
  const expected = "an address such as 127.0.0.1:8000, [::1]:8000 or unix:/run/sluice.sock";
  const address = v.pipe(
    v.string(expected),
    v.transform((text) => parseAddress(text.trim())),
    v.custom<Address>((value) => value !== null, expected),
  );
  const list = v.pipe(v.string(), v.transform((text) => text.split(",")));
  const schema = v.pipe(
    v.unknown(),
    v.union([v.array(v.unknown()), list], expected),
    v.array(address),
    v.readonly(),
  );
  return {
    ...PLAIN,
    type: "addresses",
    repeatable: true,
    schema,
    format: (value) => value.map(formatAddress),
    resolve: (value, folder) =>
      value.map((one) =>
        one.transport === "unix" ? { ...one, path: resolvePath(folder, one.path) } : one
      ),
  };
}

/** What most kinds have in common. */
export const PLAIN = {
  unit: "",
  choices: [] as readonly string[],
  repeatable: false,
  format: String,
  resolve<T>(value: T, _folder: string): T {
    return value;
  },
};

function quantity(
  parse: (value: string | number) => number | null,
  syntax: string,
  range: string,
  min: number,
  max: number,
): v.GenericSchema<unknown, number> {
  return v.pipe(
    v.unknown(),
    v.union([v.number(), v.string()], syntax),
    v.transform(parse),
    v.number(syntax),
    v.minValue(min, range),
    v.maxValue(max, range),
  );
}
