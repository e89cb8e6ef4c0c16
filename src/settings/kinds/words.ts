/** Kinds whose values are a few words. */
import * as v from "valibot";
import { type Kind, PLAIN } from "./kind.ts";

/** One of a few words. */
export function choice<const C extends readonly string[]>(...choices: C): Kind<C[number]> {
  const expected = `one of ${choices.join(", ")}`;
  const schema = v.pipe(v.unknown(), v.picklist<C, string>(choices, expected));
  return { ...PLAIN, type: "choice", choices, schema, json: { type: ["string"], enum: choices } };
}

/** The words for true and for false. */
const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "on", "1"].map((word) => [word, true] as const),
  ...["false", "no", "off", "0"].map((word) => [word, false] as const),
]);

/** True or false; on the command line the flag alone means true. */
export function flag(): Kind<boolean> {
  const expected = "true or false";
  const word = v.pipe(
    v.string(),
    v.transform((text) => SWITCH.get(text.toLowerCase())),
    v.boolean(),
  );
  const schema = v.pipe(v.unknown(), v.union([v.boolean(), word], expected));
  // JSON Schema has no flags for patterns.
  const words = [...SWITCH.keys()].join("|")
    .replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
  const pattern = `^(?:${words})$`;
  return { ...PLAIN, type: "flag", schema, json: { type: ["boolean", "string"], pattern } };
}

/** A name for logs and metrics: at most 64 letters, digits, dots, hyphens and underscores. */
export function name(): Kind<string> {
  return matching(
    /^[A-Za-z0-9][\w.-]{0,63}$/,
    "a name of at most 64 letters, digits, -, _ and ., beginning with one of the first two",
  );
}

/** A name for a service of the machine, as every service manager takes it. */
export function serviceName(): Kind<string> {
  return matching(
    /^[A-Za-z0-9][\w-]{0,63}$/,
    "a name of at most 64 letters, digits, - and _, beginning with one of the first two",
  );
}

/** A name of a user of the machine: useradd(8). */
export function userName(): Kind<string> {
  return matching(/^[A-Za-z_][\w.-]{0,31}$/, "the name of a user");
}

function matching(pattern: RegExp, expected: string): Kind<string> {
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.regex(pattern, expected),
    // Half a surrogate pair has no bytes; JSON can write it.
    v.check((value) => value.isWellFormed(), expected),
  );
  return { ...PLAIN, type: "text", schema, json: { type: ["string"], pattern: pattern.source } };
}

/** Text of at least one character, in one line. */
export function text(): Kind<string> {
  const expected = "text of one line";
  const pattern = /^\P{Cc}+$/u;
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.regex(pattern, expected),
    // Half a surrogate pair has no bytes; JSON can write it.
    v.check((value) => value.isWellFormed(), expected),
  );
  return { ...PLAIN, type: "text", schema, json: { type: ["string"], pattern: pattern.source } };
}
