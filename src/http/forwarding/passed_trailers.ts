import type { Field } from "../message.ts";
import { HOP_BY_HOP } from "./hop_by_hop.ts";

/**
 * Fields that mean something only before the content (RFC 9110, 6.5.1): for framing, routing,
 * control, authentication and the content itself. A recipient that merges trailers into the
 * head must find none of them.
 */
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  "age",
  "authorization",
  "cache-control",
  "cookie",
  "date",
  "expect",
  "expires",
  "forwarded",
  "host",
  "location",
  "max-forwards",
  "pragma",
  "range",
  "retry-after",
  "set-cookie",
  "strict-transport-security",
  "trailer",
  "vary",
  "via",
  "www-authenticate",
  "x-real-ip",
  "x-request-id",
]);
/** The begins of such names: conditions, and what proxies say. */
const BEGINS = ["content-", "if-", "x-forwarded-", "access-control-"];
/** Exceptions to the begins: they can be computed only at the end of the content (RFC 9530). */
const DIGESTS: ReadonlySet<string> = new Set(["content-digest", "content-md5"]);

/** The trailer fields that are sent on. */
export function passedTrailers(fields: readonly Field[]): Field[] {
  return fields.filter(([name]) => {
    // Backends that read fields as variables take "_" for "-".
    const usual = name.toLowerCase().replaceAll("_", "-");
    if (NOT_IN_TRAILERS.has(usual)) return false;
    return DIGESTS.has(usual) || !BEGINS.some((begin) => usual.startsWith(begin));
  });
}
