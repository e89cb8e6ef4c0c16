/** The percent-encoding of paths (RFC 3986, 2.1). */

const ENCODED = /%([\da-f]{2})/gi;
/** What keeps its encoding: decoded, it would divide the path, or end it. */
const DIVIDING = "%/?#;\\";
/** What no URL holds as it is. */
const OUTSIDE_ASCII = /[^\x21-\x7e]/gu;

/**
 * Decodes what is encoded without need, and nothing else: the path has the same segments as
 * before, and what stays encoded is in upper case.
 */
export function decodeNeedless(path: string): string {
  return path.includes("%") ? path.replaceAll(ENCODED, decoded) : path;
}

/** Like {@linkcode decodeNeedless}, for a path that a user has written; encodes what is not ASCII. */
export function usualPath(path: string): string {
  return decodeNeedless(path.replaceAll(OUTSIDE_ASCII, encodeURIComponent));
}

function decoded(encoded: string, hex: string): string {
  const code = parseInt(hex, 16);
  const character = String.fromCharCode(code);
  const isPlain = code > 0x20 && code < 0x7f && !DIVIDING.includes(character);
  return isPlain ? character : encoded.toUpperCase();
}
