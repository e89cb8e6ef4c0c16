/** What is believed of a request that a trusted peer forwards. */
import { isHost } from "../codec/grammar.ts";
import { trimBlanks } from "../codec/text.ts";
import type { Field } from "../message.ts";
import { ipOf } from "./entry_ip.ts";
import { type ForwardedElement, parseElement, splitFromRight } from "./forwarded_element.ts";

const REQUEST_ID = /^[\w.:@=+/~-]{1,128}$/;
const PORT = /^[1-9]\d{0,4}$/;
const MAX_PORT = 65_535;
const encoder = new TextEncoder();

/** Whether an address is that of a trusted peer. */
export type IsTrusted = (ip: string) => boolean;

/**
 * The address of the real client: X-Forwarded-For, or Forwarded if there is none, read from the
 * right as long as its entries are trusted, since only those are true about the entry before.
 *
 * @param fields Of a request from a trusted peer, with names in lower case.
 * @returns null if it is the peer itself.
 */
export function realClient(fields: readonly Field[], isTrusted: IsTrusted): string | null {
  const ips = believedIps(fields, isTrusted) ??
    (believedElements(fields, isTrusted) ?? []).flatMap(({ ip }) => ip ?? []);
  return ips[0] ?? null;
}

/**
 * The entries of X-Forwarded-For, from the right: up to and with the first that is not trusted,
 * and up to the first that is not an IP address.
 *
 * @returns In order; null if there is no such field.
 */
export function believedIps(fields: readonly Field[], isTrusted: IsTrusted): string[] | null {
  const lines = valuesOf(fields, "x-forwarded-for");
  if (lines.length === 0) return null;
  const ips: string[] = [];
  const entries = lines.join(",").split(",").map(trimBlanks).filter((entry) => entry !== "");
  for (let i = entries.length - 1; i >= 0; i--) {
    const ip = ipOf(entries[i] as string);
    if (ip === null) break;
    ips.unshift(ip);
    if (!isTrusted(ip)) break;
  }
  return ips;
}

/**
 * The elements of Forwarded, from the right: up to and with the first whose address is not
 * trusted or hidden, and up to the first that is malformed.
 *
 * @returns In order; null if there is no such field.
 */
export function believedElements(
  fields: readonly Field[],
  isTrusted: IsTrusted,
): ForwardedElement[] | null {
  const lines = valuesOf(fields, "forwarded");
  if (lines.length === 0) return null;
  const elements: ForwardedElement[] = [];
  for (const text of lines.reverse().flatMap(splitFromRight)) {
    if (trimBlanks(text) === "") continue;
    const element = parseElement(text);
    if (element === null) break;
    elements.unshift(element);
    if (element.ip === null || !isTrusted(element.ip)) break;
  }
  return elements;
}

/** The X-Request-Id of a request from a trusted peer; null if there is none, or not a valid one. */
export function believedRequestId(fields: readonly Field[]): string | null {
  const [id, ...others] = valuesOf(fields, "x-request-id");
  return id !== undefined && others.length === 0 && REQUEST_ID.test(id) ? id : null;
}

/** X-Forwarded-Proto: that of the first proxy; null if there is none, or not a valid one. */
export function believedScheme(fields: readonly Field[]): string | null {
  return schemeOf(firstOf(fields, "x-forwarded-proto"));
}

/** X-Forwarded-Host, as {@linkcode believedScheme}. */
export function believedHost(fields: readonly Field[]): string | null {
  return hostOf(firstOf(fields, "x-forwarded-host"));
}

/** X-Forwarded-Port, as {@linkcode believedScheme}. */
export function believedPort(fields: readonly Field[]): string | null {
  const port = firstOf(fields, "x-forwarded-port");
  return port !== undefined && PORT.test(port) && Number(port) <= MAX_PORT ? port : null;
}

/** A scheme that requests can have, in lower case; null for any other text. */
export function schemeOf(text: string | undefined): string | null {
  const scheme = text?.toLowerCase();
  return scheme === "http" || scheme === "https" ? scheme : null;
}

/** A host with an optional port; null for any other text. */
export function hostOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const bytes = encoder.encode(text);
  return isHost(bytes, 0, bytes.length) ? text : null;
}

/** The first member of the list that a field has. */
function firstOf(fields: readonly Field[], name: string): string | undefined {
  const value = valuesOf(fields, name)[0];
  return value === undefined ? undefined : trimBlanks(value.split(",", 1)[0] as string);
}

function valuesOf(fields: readonly Field[], name: string): string[] {
  return fields.filter((field) => field[0] === name).map(([, value]) => value);
}
