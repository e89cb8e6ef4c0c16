/** The field Forwarded (RFC 7239). */
import { trimBlanks } from "../codec/text.ts";
import { ipOf } from "./entry_ip.ts";

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
/** A parameter, and the semicolon or the end after it. */
const PARAMETER =
  /[\t ]*([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*)")[\t ]*(;|$)/y;
/** A node that hides its address, with an optional port (RFC 7239, 6.2 and 6.3). */
const HIDDEN_NODE = /^(?:unknown|_[\w.-]+)(?::(?:\d{1,5}|_[\w.-]+))?$/i;
/** What may be an address with a port; one of IPv6 is in brackets (RFC 7239, 6). */
const ADDRESS = /^(?:\[.+|[\d.]+(?::\d{1,5})?)$/;
/** A port that is hidden, which an address may have. */
const HIDDEN_PORT = /:_[\w.-]+$/;

/** What one proxy said about the request that it received. */
export interface ForwardedElement {
  /** The address of who sent it that request; null if it hides it. */
  readonly ip: string | null;
  /** Its parameters, by their names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Splits a list at the commas outside of quoted strings, from the right: what stands to the left
 * was said by others, who cannot change the meaning of what a proxy appended.
 *
 * @returns The members, the last one first.
 */
export function splitFromRight(list: string): string[] {
  const members: string[] = [];
  let end = list.length;
  let isQuoted = false;
  for (let at = list.length - 1; at >= 0; at--) {
    if (list[at] === '"' && !isEscaped(list, at)) isQuoted = !isQuoted;
    if (list[at] !== "," || isQuoted) continue;
    members.push(list.slice(at + 1, end));
    end = at;
  }
  members.push(list.slice(0, end));
  return members;
}

/** Whether an odd number of backslashes is before a character. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (from > 0 && text[from - 1] === "\\") from--;
  return (at - from) % 2 === 1;
}

/** Parses one element; null if it is malformed. */
export function parseElement(text: string): ForwardedElement | null {
  const element = trimBlanks(text);
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = 0;
  for (let end = ";"; end === ";";) {
    const [found, name = "", token, quoted = "", next = ""] = PARAMETER.exec(element) ?? [];
    if (found === undefined || parameters.has(name.toLowerCase())) return null;
    parameters.set(name.toLowerCase(), token ?? quoted.replace(/\\(.)/g, "$1"));
    end = next;
  }
  const node = parameters.get("for");
  if (node === undefined || HIDDEN_NODE.test(node)) return { ip: null, parameters };
  const address = node.replace(HIDDEN_PORT, "");
  const ip = ADDRESS.test(address) ? ipOf(address) : null;
  return ip === null ? null : { ip, parameters };
}

/** Formats an element anew. */
export function formatElement({ parameters }: ForwardedElement): string {
  return Array.from(parameters, ([name, value]) => `${name}=${quotedIfNeeded(value)}`).join(";");
}

/** The element for a request from a peer, without further parameters; null for an unknown one. */
export function elementOf(ip: string | null): string {
  if (ip === null) return "for=unknown";
  return ip.includes(":") ? `for="[${ip}]"` : `for=${ip}`;
}

/** A token, or a quoted string (RFC 9110, 5.6.4). */
export function quotedIfNeeded(value: string): string {
  return TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}
