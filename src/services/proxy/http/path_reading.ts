/** How paths of requests are read to be compared with those of routes. */

/** What may be read in more than one way: a doubled slash, a segment with a dot in front, ... */
const AMBIGUOUS = /%2f|%5c|%3b|[;\\]|\/\/|\/\./i;
const SLASHES = /%2f|%5c|\\/gi;
const PARAMETERS = /(?:;|%3b)[^/]*/gi;
const DOUBLED = /\/{2,}/g;
const DOTS = /\/\.\.?(?:\/|$)/;

/**
 * Whether a path can be read in more than one way.
 *
 * @param strict Its strict reading: only what is encoded without need is decoded.
 */
export function isAmbiguous(strict: string): boolean {
  return AMBIGUOUS.test(strict);
}

/**
 * The loosest reading of a path, beyond its strict one: backslashes and encoded slashes divide
 * it, parameters (`;v=1`) are no part of it, nor are empty segments.
 *
 * @returns null if it leads elsewhere, by `.` or `..`.
 */
export function looseReading(strict: string): string | null {
  const loose = strict.replaceAll(SLASHES, "/").replaceAll(PARAMETERS, "").replaceAll(DOUBLED, "/");
  return DOTS.test(loose) ? null : loose;
}
