/** Members of a group as people write them: `10.0.0.1:8080,weight=3`, `http://app.internal`. */
import {
  familyOf,
  formatAddress,
  isUnambiguous,
  MAX_PORT,
  parseAddress,
  parseHostname,
} from "../base/address.ts";
import type { Member, MemberSource } from "./balancer.ts";

/** The largest weight of a backend. */
export const MAX_WEIGHT = 65_535;
const MAX_CONNECTIONS = 1_000_000;

const BACKEND = "a backend such as 10.0.0.1:8080, [fd00::1]:8080, app.internal:8080, " +
  "http://app.internal, unix:/run/app.sock or srv+tcp://_http._tcp.service.consul";
const SETTING = "only weight=N, backup, max=N and drain after the address of a backend";
const SRV = /^srv\+([a-z]*):\/\/(.*)$/i;
const URL_OF_HTTP = /^(https?):\/\/([^/?#]*)(.*)$/i;
const HTTP_PORT = 80;

/**
 * Reads a member: where it is found, and after it in any order `weight=N`, `backup`, `max=N` and
 * `drain`, each after a comma.
 *
 * @returns The member; or what was expected, to complete the words "expected ...".
 */
export function parseMember(text: string): Member | string {
  const [where = "", ...settings] = text.split(",").map((part) => part.trim());
  const url = URL_OF_HTTP.exec(where);
  const source = url === null ? parseSource(where) : parseUrl(url);
  if (typeof source === "string") return source;
  let member: Member = { source, weight: 1, isBackup: false, max: 0, isHttp: url !== null };
  const names = settings.map((setting) => setting.split("=", 1)[0] ?? "");
  if (new Set(names).size < names.length) return "each of weight, backup, max and drain once";
  if (source.kind === "srv" && names.includes("weight")) {
    return "no weight after srv+tcp://, since the records have weights";
  }
  if (names.includes("weight") && names.includes("drain")) return "weight=N or drain, not both";
  for (const setting of settings) {
    const change = parseSetting(setting);
    if (typeof change === "string") return change;
    member = { ...member, ...change };
  }
  return member;
}

/** Formats a member for {@linkcode parseMember}. */
export function formatMember({ source, weight, isBackup, max, isHttp }: Member): string {
  return [
    isHttp ? `http://${formatSource(source)}` : formatSource(source),
    ...weight > 1 ? [`weight=${weight}`] : [],
    ...isBackup ? ["backup"] : [],
    ...max === 0 ? [] : [`max=${max}`],
    ...weight === 0 ? ["drain"] : [],
  ].join(",");
}

/** Formats where a member is found. */
export function formatSource(source: MemberSource): string {
  if (source.kind === "srv") return `srv+tcp://${source.name}`;
  if (source.kind === "address") return formatAddress(source.address);
  return `${source.hostname}:${source.port}`;
}

/** @returns The source of `http://host` or `http://host:port`; or what was expected. */
function parseUrl([, scheme = "", host = "", rest = ""]: RegExpExecArray): MemberSource | string {
  if (scheme.toLowerCase() === "https") {
    return "http://, since TLS to backends is not supported yet";
  }
  if (rest !== "") {
    return `http://${host} without a path: the rewrite of a route changes those of requests`;
  }
  if (host.startsWith("unix:")) return BACKEND;
  return parseSource(/:\d+$/.test(host) ? host : `${host}:${HTTP_PORT}`);
}

/** @returns The source; or what was expected. */
function parseSource(text: string): MemberSource | string {
  const [srv, protocol = "", name = ""] = SRV.exec(text) ?? [];
  if (srv !== undefined) {
    if (protocol.toLowerCase() !== "tcp") return "srv+tcp://, since only TCP is balanced";
    if (parseHostname(name) === null || familyOf(name) !== null || !isUnambiguous(name)) {
      return "a name without a port after srv+tcp://, such as _http._tcp.service.consul";
    }
    return { kind: "srv", name };
  }
  const address = parseAddress(text);
  if (address === null) return BACKEND;
  if (address.transport === "unix") return { kind: "address", address };
  const { hostname, port } = address;
  if (port === 0) return `a port from 1 to ${MAX_PORT}`;
  if (!isUnambiguous(hostname)) return BACKEND;
  return familyOf(hostname) === null
    ? { kind: "name", hostname, port }
    : { kind: "address", address };
}

/** @returns What the setting changes; or what was expected. */
function parseSetting(text: string): Partial<Member> | string {
  if (text === "backup") return { isBackup: true };
  if (text === "drain") return { weight: 0 };
  const [, name, digits] = /^(weight|max)=(.*)$/.exec(text) ?? [];
  if (name === undefined) return SETTING;
  const [least, most] = name === "weight" ? [1, MAX_WEIGHT] : [0, MAX_CONNECTIONS];
  const value = /^\d{1,9}$/.test(digits ?? "") ? Number(digits) : -1;
  if (value < least || value > most) return `${name}=N with N from ${least} to ${most}`;
  return name === "weight" ? { weight: value } : { max: value };
}
