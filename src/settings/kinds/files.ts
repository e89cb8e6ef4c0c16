/** Kinds whose values are paths of files, or their permissions. */
import * as v from "valibot";
import { resolvePath, STANDARD_OUTPUT } from "../paths.ts";
import { type Kind, PLAIN } from "./kind.ts";

/** A path; the final value is absolute. */
export function path(): Kind<string> {
  return pathOr("a path", () => false);
}

/** A path, or `-` for standard output. */
export function output(): Kind<string> {
  return pathOr("a path or -", (value) => value === STANDARD_OUTPUT);
}

/** @param isSpecial Whether a value is not a path, and is not resolved. */
function pathOr(expected: string, isSpecial: (value: string) => boolean): Kind<string> {
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.nonEmpty(expected),
    v.excludes("\0", expected),
    // Half a surrogate pair has no bytes; JSON can write it.
    v.check((value) => value.isWellFormed(), expected),
  );
  return {
    ...PLAIN,
    type: "path",
    schema,
    json: { type: ["string"], minLength: 1 },
    resolve: (value, folder) => isSpecial(value) ? value : resolvePath(folder, value),
  };
}

const OCTAL = /^0?[0-7]{3}$/;

/**
 * File permissions as octal text; the final value is the number that
 * `Deno.chmod` takes. Refuses numbers: in a configuration file 660 and 0o660
 * differ, and only the latter can be meant.
 */
export function permissions(): Kind<number> {
  const expected = 'octal permissions in quotes such as "660"';
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.regex(OCTAL, expected),
    v.transform((text) => parseInt(text, 8)),
  );
  return {
    ...PLAIN,
    type: "permissions",
    schema,
    json: { type: ["string"], pattern: OCTAL.source },
    format: (value) => value.toString(8).padStart(3, "0"),
  };
}
