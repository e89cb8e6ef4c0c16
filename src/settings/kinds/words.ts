/** Kinds whose values are a few words. */
import * as v from "valibot";
import { type Kind, PLAIN } from "./kind.ts";

/** One of a few words. */
export function choice<const C extends readonly string[]>(...choices: C): Kind<C[number]> {
  const expected = `one of ${choices.join(", ")}`;
  const schema = v.pipe(v.unknown(), v.picklist<C, string>(choices, expected));
  return { ...PLAIN, type: "choice", choices, schema };
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
  return { ...PLAIN, type: "flag", schema };
}
