import { HttpError } from "../error.ts";

/** A `..` segment after a slash or backslash, each of them plain or percent-encoded. */
const CLIMB = /(?:[/\\]|%2f|%5c)(?:\.|%2e){2}(?=[/\\]|%2f|%5c|$)/i;

/** The only folder with a hidden name that is served (RFC 8615). */
const WELL_KNOWN = ".well-known";

/**
 * Percent-decodes the path of a request, once, to a path below a root.
 *
 * @param path Still percent-encoded: `/a%20b`.
 * @returns `/a b`, with a trailing slash for a folder; null if it cannot be the
 * path of a file: an escape is malformed or not UTF-8, or a name is empty, hidden,
 * or contains a slash, a backslash or a NUL.
 * @throws {HttpError} 400 if a segment is `..`, encoded or not.
 */
export function filePath(path: string): string | null {
  if (CLIMB.test(path)) throw new HttpError(400, 'a ".." segment in the path');
  const [before, ...segments] = path.split("/");
  if (before !== "" || segments.length === 0) return null;
  const last = segments.length - 1;
  let decoded = "";
  for (const [depth, segment] of segments.entries()) {
    const name = decode(segment);
    if (name === null || (name === "" && depth !== last) || !isServed(name, depth)) return null;
    decoded += `/${name}`;
  }
  return decoded;
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function isServed(name: string, depth: number): boolean {
  if (name.includes("/") || name.includes("\\") || name.includes("\0")) return false;
  return !name.startsWith(".") || (depth === 0 && name === WELL_KNOWN);
}
