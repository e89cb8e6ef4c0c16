/** Kinds whose values are numbers with a unit. */
import * as v from "valibot";
import {
  formatDuration,
  formatPercent,
  formatSize,
  parseDuration,
  parsePercent,
  parseSize,
} from "../units.ts";
import type { DurationRange } from "../balancer.ts";
import { type Kind, PLAIN } from "./kind.ts";

/** The longest duration: the runtime's timers cannot wait 25 days. */
const MAX_DURATION = 24 * 86_400_000;

/** A duration from `min` milliseconds to 24 days; the final value is in milliseconds. */
export function duration(min = 0): Kind<number> {
  return {
    ...PLAIN,
    type: "duration",
    schema: quantity({
      parse: parseDuration,
      syntax: "a duration such as 500ms, 30s or 2m",
      range: `a duration from ${formatDuration(min)} to ${formatDuration(MAX_DURATION)}`,
      min,
      max: MAX_DURATION,
    }),
    format: formatDuration,
    json: {
      type: ["number", "string"],
      minimum: min / 1000,
      maximum: MAX_DURATION / 1000,
      pattern: pattern(DURATION_UNITS),
    },
  };
}

/** A size of at least `min` bytes; the final value is in bytes. */
export function size(min: number): Kind<number> {
  return {
    ...PLAIN,
    type: "size",
    schema: quantity({
      parse: parseSize,
      syntax: "a size such as 16kb, 1mb or 1gb",
      range: `a size of at least ${formatSize(min)}`,
      min,
      max: Number.MAX_SAFE_INTEGER,
    }),
    format: formatSize,
    json: { type: ["number", "string"], minimum: min, pattern: pattern(SIZE_UNITS) },
  };
}

/** A percentage from 0 to 100; the final value is the number before the sign. */
export function percent(): Kind<number> {
  const expected = "a percentage from 0% to 100%";
  return {
    ...PLAIN,
    type: "percent",
    schema: quantity({
      parse: parsePercent,
      syntax: expected,
      range: expected,
      min: 0,
      max: 100,
    }),
    format: formatPercent,
    json: { type: ["number", "string"], minimum: 0, maximum: 100, pattern: pattern("%?") },
  };
}

/**
 * A shortest and a longest duration such as `5s-1m`, or one for both, each at least `min`
 * milliseconds.
 */
export function durationRange(min: number): Kind<DurationRange> {
  const expected = `two durations such as 5s-1m, from ${formatDuration(min)} to ` +
    formatDuration(MAX_DURATION);
  const schema = v.pipe(
    v.unknown(),
    v.union([v.number(), v.string()], expected),
    v.transform(parseRange),
    v.custom<DurationRange>(
      (value) => value !== null && (value as DurationRange).min >= min,
      expected,
    ),
  );
  const one = `\\s*\\d+(?:\\.\\d+)?\\s*${DURATION_UNITS}\\s*`;
  return {
    ...PLAIN,
    type: "range",
    schema,
    format: ({ min, max }) => `${formatDuration(min)}-${formatDuration(max)}`,
    json: { type: ["number", "string"], minimum: min / 1000, pattern: `^${one}(?:-${one})?$` },
  };
}

/** @returns The bounds; null if the value has none, or the first is above the second. */
function parseRange(value: string | number): DurationRange | null {
  const [first = "", second = first, ...more] = String(value).split("-");
  const [min, max] = [parseDuration(first), parseDuration(second)];
  if (min === null || max === null || more.length > 0) return null;
  return min <= max && max <= MAX_DURATION ? { min, max } : null;
}

/** The units of a duration and of a size, in any case, as JSON Schema has no flags. */
const DURATION_UNITS = "(?:[mM]?[sS]|[mMhHdD])?";
const SIZE_UNITS = "(?:[kKmMgG][iI]?)?[bB]?";

/** The pattern of a number with a unit. */
function pattern(units: string): string {
  return `^\\s*\\d+(?:\\.\\d+)?\\s*${units}\\s*$`;
}

interface Quantity {
  readonly parse: (value: string | number) => number | null;
  /** Completes "expected ..." if a value cannot be parsed. */
  readonly syntax: string;
  /** Completes "expected ..." if a value is out of bounds. */
  readonly range: string;
  readonly min: number;
  readonly max: number;
}

function quantity({ parse, syntax, range, min, max }: Quantity): v.GenericSchema<unknown, number> {
  return v.pipe(
    v.unknown(),
    v.union([v.number(), v.string()], syntax),
    v.transform(parse),
    v.number(syntax),
    v.minValue(min, range),
    v.maxValue(max, range),
  );
}
