/** Kinds whose values are numbers without a unit. */
import * as v from "valibot";
import { type Kind, PLAIN } from "./kind.ts";

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number): Kind<number> {
  const expected = `an integer from ${min} to ${max}`;
  const notation = /^[+-]?\d+$/;
  const schema = v.pipe(
    number(notation, expected),
    v.integer(expected),
    v.minValue(min, expected),
    v.maxValue(max, expected),
  );
  const pattern = notation.source;
  const json = { type: ["integer", "string"], minimum: min, maximum: max, pattern } as const;
  return { ...PLAIN, type: "integer", schema, json };
}

/** A number above 0, up to `max`. */
export function positive(max: number): Kind<number> {
  const expected = `a number above 0, up to ${max}`;
  const schema = v.pipe(
    number(/^\+?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i, expected),
    v.gtValue(0, expected),
    v.maxValue(max, expected),
  );
  const json = { type: ["number", "string"], exclusiveMinimum: 0, maximum: max } as const;
  return { ...PLAIN, type: "number", schema, json };
}

/** A number, or text in the notation of a pattern. */
function number(notation: RegExp, expected: string): v.GenericSchema<unknown, number> {
  const text = v.pipe(v.string(), v.regex(notation), v.transform(Number));
  return v.pipe(v.unknown(), v.union([v.number(), text], expected));
}
