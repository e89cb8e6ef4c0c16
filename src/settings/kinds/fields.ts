/** Kinds whose values are fields of HTTP that a route sets or removes. */
import * as v from "valibot";
import type { FieldSetting } from "../balancer.ts";
import { type Kind, PLAIN } from "./kind.ts";
import { list } from "./lists.ts";
import { TOKEN } from "./requests.ts";

/** The fields that say where a message ends, or hold for one connection only (RFC 9110, 7.6.1). */
const OF_CONNECTION = [
  ...["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer"],
  ...["transfer-encoding", "upgrade", "via"],
];

/** Also those by which the balancer tells a backend who its client is. */
const OF_REQUEST: readonly string[] = [
  ...OF_CONNECTION,
  ...["expect", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port"],
  ...["x-forwarded-proto", "x-request-id"],
];

/** Whose fields a route changes. */
export type FieldOwner = "request" | "response";

/** Names in lower case, and values; each text has one field, such as `X-Tier: gold`. */
export function fields(owner: FieldOwner): Kind<readonly FieldSetting[]> {
  const expected = "a field such as X-Tier: gold, of visible characters of ASCII";
  const pattern = `^\\s*(${TOKEN}):[ \\t]*((?:[!-~](?:[ \\t!-~]*[!-~])?)?)\\s*$`;
  const notation = new RegExp(pattern);
  const field = v.pipe(
    v.string(expected),
    v.regex(notation, expected),
    v.transform((text): FieldSetting => {
      const [, name = "", value = ""] = notation.exec(text) ?? [];
      return [name.toLowerCase(), value];
    }),
    v.check(([name]) => !isOwn(name, owner), OTHERS),
  );
  const schema = v.pipe(
    v.unknown(),
    v.transform((value): unknown[] => Array.isArray(value) ? value : [value]),
    v.array(field),
    v.readonly(),
  );
  return {
    ...PLAIN,
    type: "text",
    repeatable: true,
    schema,
    json: { type: ["array", "string"], items: { type: ["string"], pattern }, pattern },
    format: (value) => value.map(([name, text]) => `${name}: ${text}`.trimEnd()),
  };
}

/** Names of fields in lower case; text may hold several, separated by commas. */
export function fieldNames(owner: FieldOwner): Kind<readonly string[]> {
  const expected = "the name of a field, such as X-Powered-By";
  const pattern = `^${TOKEN}$`;
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.regex(new RegExp(pattern), expected),
    v.toLowerCase(),
    v.check((name) => !isOwn(name, owner) && !(owner === "request" && name === "host"), OTHERS),
  );
  return list({ ...PLAIN, type: "text", schema, json: { type: ["string"], pattern } });
}

const OTHERS = "a field that Sluice does not set itself, as it does those of the connection, of " +
  "the length and of the client";

function isOwn(name: string, owner: FieldOwner): boolean {
  return (owner === "request" ? OF_REQUEST : OF_CONNECTION).includes(name);
}
