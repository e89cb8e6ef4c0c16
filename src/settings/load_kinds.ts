/** The kinds of option that only the commands of measurement have. */
import * as v from "valibot";
import { type Kind, path, PLAIN } from "./kinds.ts";

/** A number above 0, up to `max`. */
export function positive(max: number): Kind<number> {
  const expected = `a number above 0, up to ${max}`;
  const digits = v.pipe(
    v.string(),
    v.regex(/^\+?\d+(?:\.\d+)?(?:e\d+)?$/i),
    v.transform(Number),
  );
  const schema = v.pipe(
    v.unknown(),
    v.union([v.number(), digits], expected),
    v.gtValue(0, expected),
    v.maxValue(max, expected),
  );
  return { ...PLAIN, type: "number", schema };
}

/**
 * A list of values of another kind, each once; in one text they are separated
 * by commas, and there can be several such texts.
 */
export function list<T extends string | number>(item: Kind<T>): Kind<readonly T[]> {
  const split = (text: unknown) =>
    typeof text === "string" ? text.split(",").map((part) => part.trim()) : [text];
  const schema = v.pipe(
    v.unknown(),
    v.transform((value) => Array.isArray(value) ? value.flatMap(split) : split(value)),
    v.array(item.schema),
    v.transform((values) => [...new Set(values)]),
    v.readonly(),
  );
  return {
    ...PLAIN,
    type: item.type,
    choices: item.choices,
    repeatable: true,
    schema,
    format: (value) => value.map((one) => String(item.format(one))),
  };
}

/** A list of paths, each text one; the final values are absolute, each once. */
export function paths(): Kind<readonly string[]> {
  const one = path();
  const schema = v.pipe(
    v.unknown(),
    v.transform((value): unknown[] => Array.isArray(value) ? value : [value]),
    v.array(one.schema),
    v.readonly(),
  );
  return {
    ...PLAIN,
    type: one.type,
    repeatable: true,
    schema,
    format: (value) => [...value],
    resolve: (value, folder) => [...new Set(value.map((each) => one.resolve(each, folder)))],
  };
}

/** The byte of each escape but `\xHH`, by what follows the backslash. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["0", "\0"],
  ["\\", "\\"],
]);

/** The other way: the escape of a byte. */
const ESCAPED: ReadonlyMap<string, string> = new Map(
  [...ESCAPES].map(([letter, byte]) => [byte, `\\${letter}`]),
);

/**
 * Some bytes, as text with escapes; what is no escape stands for its bytes in
 * UTF-8. Each character of the final value stands for one byte.
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
