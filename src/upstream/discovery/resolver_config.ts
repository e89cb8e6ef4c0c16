/** How a machine resolves names, as its files say: resolv.conf(5) and hosts(5). */
import { familyOf, parseHostname } from "../../base/address.ts";
import { canonical } from "./dns_message.ts";
import type { NameServer } from "./dns_query.ts";

/** How names are resolved. */
export interface ResolverConfig {
  /** In the order in which they are asked. */
  readonly servers: readonly NameServer[];
  /** How long a server has to answer, in milliseconds. */
  readonly timeout: number;
  /** How often all servers are asked, if none answers. */
  readonly attempts: number;
  /** Domains that may complete a name. */
  readonly search: readonly string[];
  /** From this number of dots on, a name is first tried as it is. */
  readonly ndots: number;
  /** The IP addresses of names that are not asked for, by name. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
}

const DNS_PORT = 53;
/** The limits of the options, as in resolv.conf(5). */
const MOST = { timeout: 30, attempts: 5, ndots: 15 };

/** Reads the text of `/etc/resolv.conf`. What is not understood is ignored, as elsewhere. */
export function parseResolvConf(text: string): Omit<ResolverConfig, "hosts"> {
  const servers: NameServer[] = [];
  const options = { timeout: 5, attempts: 2, ndots: 1 };
  let search: string[] = [];
  for (const [keyword, ...values] of linesOf(text, /[#;].*/)) {
    if (keyword === "nameserver") servers.push(...values.slice(0, 1).flatMap(serverOf));
    if (keyword === "search") search = values;
    if (keyword === "domain") search = values.slice(0, 1);
    if (keyword === "options") Object.assign(options, ...values.map(optionOf));
  }
  if (servers.length === 0) servers.push(...serverOf("127.0.0.1"));
  return {
    servers,
    timeout: Math.max(1, options.timeout) * 1000,
    attempts: Math.max(1, options.attempts),
    ndots: options.ndots,
    search: search.map(canonical).filter((domain) => domain !== ""),
  };
}

/** Reads the text of `/etc/hosts`: the IP addresses of each name. */
export function parseHosts(text: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>();
  for (const [address = "", ...names] of linesOf(text, /#.*/)) {
    if (familyOf(address) === null) continue;
    for (const name of new Set(names.map(canonical))) {
      hosts.set(name, [...hosts.get(name) ?? [], address]);
    }
  }
  return hosts;
}

/** The words of each line that has any, without comments. */
function linesOf(text: string, comment: RegExp): string[][] {
  const lines = text.split("\n").map((line) => line.replace(comment, "").trim());
  return lines.filter((line) => line !== "").map((line) => line.split(/\s+/));
}

function serverOf(text: string): NameServer[] {
  const hostname = parseHostname(text);
  if (hostname === null || familyOf(hostname) === null) return [];
  return [{ transport: "tcp", hostname, port: DNS_PORT }];
}

function optionOf(text: string): Partial<typeof MOST> {
  const match = /^(timeout|attempts|ndots):(\d+)$/.exec(text);
  if (match === null) return {};
  const name = match[1] as keyof typeof MOST;
  return { [name]: Math.min(Number(match[2]), MOST[name]) };
}
