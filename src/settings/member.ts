/** Members of a group as people write them: `10.0.0.1:8080,weight=3`. */
import {
  familyOf,
  formatAddress,
  isUnambiguous,
  MAX_PORT,
  parseAddress,
  parseHostname,
} from "../base/address.ts";
import type { Member, MemberSource } from "./balancer.ts";

const MAX_WEIGHT = 65_535;
const MAX_CONNECTIONS = 1_000_000;

const BACKEND = "a backend such as 10.0.0.1:8080, [fd00::1]:8080, app.internal:8080, " +
  "unix:/run/app.sock or srv+tcp://_http._tcp.service.consul";
const SETTING = "only weight=N, backup, max=N and drain after the address of a backend";
const SRV = /^srv\+([a-z]*):\/\/(.*)$/i;

/**
 * Reads a member: where it is found, and after it in any order `weight=N`, `backup`, `max=N` and
 * `drain`, each after a comma.
 *
 * @returns The member; or what was expected, to complete the words "expected ...".
 */
export function parseMember(text: string): Member | string {
  const [where = "", ...settings] = text.split(",").map((part) => part.trim());
  const source = parseSource(where);
  if (typeof source === "string") return source;
  let member: Member = { source, weight: 1, isBackup: false, max: 0, isHttp: false };
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
export function formatMember({ source, weight, isBackup, max }: Member): string {
  return [
    formatSource(source),
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
