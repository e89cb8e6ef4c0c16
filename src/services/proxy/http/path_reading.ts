/** How paths of requests are read to be compared with those of routes. */

/** An encoded byte (RFC 3986, 2.1). */
const ENCODED = /%([\da-f]{2})/gi;
/** What keeps its encoding: decoded, it would divide the path, or end it. */
const DIVIDING = `%/?#;\\`;
/** What no URL holds as it is. */
const OUTSIDE_ASCII = /[^\x21-\x7e]/gu;
/** What may be read in more than one way: a doubled slash, a segment with a dot in front, ... */
const AMBIGUOUS = /%2f|%5c|%3b|[;\\]|\/\/|\/\./i;
const SLASHES = /%2f|%5c|\\/gi;
const PARAMETERS = /(?:;|%3b)[^/]*/gi;
const DOUBLED = /\/{2,}/g;
const DOTS = /\/\.\.?(?:\/|$)/;

/**
 * The strict reading of a path: what is encoded without need is decoded, and nothing else
 * changes. So it has the same segments as the path.
 */
export function strictReading(path: string): string {
  return path.includes("%") ? path.replaceAll(ENCODED, decoded) : path;
}

/** Like {@linkcode strictReading}, of a path that a user has written, not a client. */
export function writtenReading(path: string): string {
  return strictReading(path.replaceAll(OUTSIDE_ASCII, encodeURIComponent));
}

/** Whether a strict reading is not the only one. */
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

function decoded(encoded: string, hex: string): string {
  const code = parseInt(hex, 16);
  const character = String.fromCharCode(code);
  const isPlain = code > 0x20 && code < 0x7f && !DIVIDING.includes(character);
  return isPlain ? character : encoded.toUpperCase();
}
