/** The kind whose values are bytes, written as text with escapes. */
import * as v from "valibot";
import { type Kind, PLAIN } from "./kind.ts";

/** The byte of each escape except `\xHH`, by the character after the backslash. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["0", "\0"],
  ["\\", "\\"],
]);

/** The escape of each byte. */
const ESCAPED: ReadonlyMap<string, string> = new Map(
  [...ESCAPES].map(([letter, byte]) => [byte, `\\${letter}`]),
);

/**
 * Bytes as text with escapes; other characters stand for their bytes in UTF-8.
 * Each character of the final value stands for one byte.
 */
export function bytes(): Kind<string> {
  const expected = String.raw`text with no other escapes than \n, \r, \t, \0, \xHH and \\`;
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.nonEmpty(expected),
    v.transform(unescape),
    v.string(expected),
  );
  return { ...PLAIN, type: "text", schema, format: escape };
}

/** @returns The bytes; null if the text has an unknown escape. */
function unescape(text: string): string | null {
  let isRight = true;
  const utf8 = String.fromCharCode(...new TextEncoder().encode(text));
  const unescaped = utf8.replace(/\\(x[\da-fA-F]{2}|[^]?)/g, (_, escape: string) => {
    const byte = escape.length === 3
      ? String.fromCharCode(parseInt(escape.slice(1), 16))
      : ESCAPES.get(escape);
    isRight &&= byte !== undefined;
    return byte ?? "";
  });
  return isRight ? unescaped : null;
}

function escape(bytes: string): string {
  return bytes.replace(/[^ -[\]-~]/g, (byte) => {
    const code = byte.charCodeAt(0).toString(16).padStart(2, "0");
    return ESCAPED.get(byte) ?? `\\x${code}`;
  });
}
