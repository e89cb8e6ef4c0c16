/** Kinds whose values say what a balancer looks at in requests and responses of HTTP. */
import * as v from "valibot";
import type { HashBy } from "../balancer.ts";
import { type Kind, PLAIN } from "./kind.ts";
import { list } from "./lists.ts";

/** The characters of a token (RFC 9110, section 5.6.2). */
export const TOKEN = "[\\w!#$%&'*+.^`|~-]+";

/** What keeps a client on its backend, as one option says it. */
export type StickyKind =
  | { readonly kind: "none" }
  | { readonly kind: "cookie" }
  | { readonly kind: "header"; readonly name: string };

/** A token, such as the name of a cookie. */
export function token(): Kind<string> {
  const expected = "a name of letters, digits and !#$%&'*+-.^_`|~";
  const pattern = `^${TOKEN}$`;
  const schema = v.pipe(v.unknown(), v.string(expected), v.regex(new RegExp(pattern), expected));
  return { ...PLAIN, type: "text", schema, json: { type: ["string"], pattern } };
}

/** What keeps a client on its backend: `none`, `cookie`, or `header:` and a name. */
export function sticky(): Kind<StickyKind> {
  const expected = "none, cookie or header: and a name, such as header:x-session";
  return aspect(expected, ["none", "cookie"], ["header"], (kind, name): StickyKind => {
    if (kind === "header") return { kind, name: name.toLowerCase() };
    return kind === "cookie" ? { kind } : { kind: "none" };
  });
}

/** What a hash is taken of: `address`, `path`, or `header:` or `cookie:` and a name. */
export function hashBy(): Kind<HashBy> {
  const expected = "address, path, or header: or cookie: and a name, such as header:x-user";
  return aspect(expected, ["address", "path"], ["header", "cookie"], (kind, name): HashBy => {
    if (kind === "cookie") return { kind, name };
    if (kind === "header") return { kind, name: name.toLowerCase() };
    return kind === "path" ? { kind } : { kind: "address" };
  });
}

/**
 * One of a few words, or one of others with a colon and a name after it.
 *
 * @param make Makes the final value; a word without a name has an empty one.
 */
function aspect<T extends { readonly kind: string; readonly name?: string }>(
  expected: string,
  plain: readonly string[],
  named: readonly string[],
  make: (kind: string, name: string) => T,
): Kind<T> {
  const pattern = `^(?:(?:${plain.join("|")})|(?:${named.join("|")}):${TOKEN})$`;
  const notation = new RegExp(pattern);
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.regex(notation, expected),
    v.transform((text) => {
      const [kind = "", name = ""] = text.split(":", 2);
      return make(kind, name);
    }),
  );
  const format = ({ kind, name }: T) => name === undefined ? kind : `${kind}:${name}`;
  return { ...PLAIN, type: "aspect", schema, json: { type: ["string"], pattern }, format };
}

/** Statuses of responses that a request may be sent again after. */
export function retryStatuses(): Kind<readonly number[]> {
  const choices = [502, 503, 504] as const;
  const expected = `one of ${choices.join(", ")}`;
  const schema = v.pipe(
    v.unknown(),
    v.union([v.number(), v.pipe(v.string(), v.digits(), v.transform(Number))], expected),
    v.picklist(choices, expected),
  );
  const one = choices.join("|");
  const json = {
    type: ["integer", "string"],
    minimum: choices[0],
    maximum: choices[2],
    pattern: `^(?:${one})$`,
  } as const;
  const all = list({ ...PLAIN, type: "choice", choices: choices.map(String), schema, json });
  return {
    ...all,
    json: {
      ...json,
      type: ["array", "integer", "string"],
      items: json,
      pattern: `^\\s*(?:${one})\\s*(?:,\\s*(?:${one})\\s*)*$`,
    },
  };
}
