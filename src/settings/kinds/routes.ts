/** Kinds whose values say which requests of HTTP a route is for. */
import * as v from "valibot";
import { familyOf, isUnambiguous, parseHostname } from "../../base/address.ts";
import { usualPath } from "../../base/path_encoding.ts";
import type { RoutePath } from "../balancer.ts";
import { type Kind, PLAIN } from "./kind.ts";
import { list } from "./lists.ts";

/** What makes a path a pattern: a name, a wildcard, a regular expression, a group, an escape. */
const PATTERN = /[:*({\\]/;
/** The characters of a path, and those that are encoded for whoever writes it. */
const PREFIX = /^(?:\/[^/?#\\\p{Cc}\p{Cs}]*)+$/u;
const WRONG_ENCODING = /%(?![\da-f]{2})/i;
const EMPTY_OR_DOTS = /\/(?:\.\.?)?(?:\/|$)/;
/** What servers read in different ways: the balancer finds no route for a path with it. */
const AMBIGUOUS = /;|%3b|%2f|%5c|\\\\/i;

/** A list of hosts in lower case; text may hold several, separated by commas. */
export function routeHosts(): Kind<readonly string[]> {
  const expected = "a host without a port, such as example.com or *.example.com";
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.transform(parseRouteHost),
    v.string(expected),
  );
  return list({ ...PLAIN, type: "host", schema, json: { type: ["string"], minLength: 1 } });
}

/** @returns The host as the field Host has it; null if the text is none. */
function parseRouteHost(text: string): string | null {
  const isWildcard = text.startsWith("*.");
  const host = parseHostname(isWildcard ? text.slice(2) : text)?.toLowerCase() ?? null;
  if (host === null || !isUnambiguous(host)) return null;
  const family = familyOf(host);
  if (family === null) return (isWildcard ? "*." : "") + host.replace(/\.$/, "");
  if (isWildcard) return null;
  // Clients take the host from URLs, which have one way to write an address.
  return family === 6 ? URL.parse(`http://[${host}]`)?.hostname ?? null : host;
}

/**
 * A path and all below it, such as `/app`; or a pattern, such as `/users/:id`. A prefix is
 * percent-encoded as far as it must be, and without a slash at its end.
 */
export function routePath(): Kind<RoutePath> {
  const expected = "a path such as /app, without a query, empty segments and dots in place of " +
    "one; or a pattern such as /users/:id or /*.png";
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.check(
      (text) => !AMBIGUOUS.test(text),
      "a path without ;, %2F and %5C, which servers read in different ways, so that requests with " +
        "them have no route of their own",
    ),
    v.transform(parseRoutePath),
    v.custom<RoutePath>((value) => value !== null, expected),
  );
  const format = ({ text }: RoutePath) => text;
  return { ...PLAIN, type: "text", schema, json: { type: ["string"], pattern: "^/" }, format };
}

/** @returns null if the text is neither a prefix nor a pattern. */
function parseRoutePath(text: string): RoutePath | null {
  if (!PATTERN.test(text)) {
    const prefix = parsePrefix(text);
    return prefix === null ? null : { kind: "prefix", text: prefix };
  }
  return isPattern(text) ? { kind: "pattern", text } : null;
}

function isPattern(text: string): boolean {
  if (!text.startsWith("/") || !text.isWellFormed()) return false;
  try {
    new URLPattern({ pathname: text });
    return true;
  } catch {
    return false;
  }
}

/** What takes the place of a prefix; written in the same way. */
export function rewritePath(): Kind<string> {
  const expected = "a path such as / or /v2, without a query, empty segments and dots in place " +
    "of one";
  const schema = v.pipe(
    v.unknown(),
    v.string(expected),
    v.transform(parsePrefix),
    v.string(expected),
  );
  return { ...PLAIN, type: "text", schema, json: { type: ["string"], pattern: "^/" } };
}

/** @returns The path in its usual form; null if the text is none. */
function parsePrefix(text: string): string | null {
  if (text === "/") return text;
  const path = text.replace(/\/$/, "");
  if (!PREFIX.test(path) || WRONG_ENCODING.test(path)) return null;
  const usual = usualPath(path);
  return EMPTY_OR_DOTS.test(usual) ? null : usual;
}
