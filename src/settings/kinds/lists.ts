/** Kinds whose values are lists. */
import * as v from "valibot";
import { path } from "./files.ts";
import { type Kind, PLAIN } from "./kind.ts";

/**
 * A list of values of another kind, without duplicates. Text may hold several,
 * separated by commas.
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
    json: { type: ["array", "string"], items: item.json },
    format: (value) => value.map((one) => String(item.format(one))),
  };
}

/** A list of paths, one per text; the final values are absolute, without duplicates. */
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
    json: { type: ["array", "string"], items: one.json },
    format: (value) => [...value],
    resolve: (value, folder) => [...new Set(value.map((each) => one.resolve(each, folder)))],
  };
}
