/** Kinds whose values are backends, and the servers that know their names. */
import * as v from "valibot";
import {
  type Address,
  familyOf,
  formatAddress,
  isUnambiguous,
  parseAddress,
} from "../../base/address.ts";
import type { Member } from "../balancer.ts";
import { formatMember, formatSource, parseMember } from "../member.ts";
import { resolvePath } from "../paths.ts";
import { listOfAddresses } from "./addresses.ts";
import { type Kind, PLAIN } from "./kind.ts";

/** Between two members in one text: a comma before what has a colon, as addresses do. */
const NEXT_MEMBER = /,(?=[^,]*:)/;

/** The beginning of a text with one member or several, as a pattern. */
const FIRST_MEMBER = "^\\s*(?:unix:.+|srv\\+tcp://.+|http://.+|.+:\\d{1,5})";

/** The port of DNS. */
const DNS_PORT = 53;

/**
 * The members of a group, each at most once. Text may hold several, separated by commas; an
 * item of a list is one. See {@linkcode parseMember}.
 */
export function members(): Kind<readonly Member[]> {
  const expected = "text or a list of texts such as 10.0.0.1:8080,weight=2";
  const member = v.pipe(
    v.string(expected),
    v.rawTransform<string, Member>(({ dataset, addIssue, NEVER }) => {
      const parsed = parseMember(dataset.value);
      if (typeof parsed !== "string") return parsed;
      addIssue({ message: parsed });
      return NEVER;
    }),
  );
  const list = v.pipe(v.string(), v.transform((text) => text.split(NEXT_MEMBER)));
  const schema = v.pipe(
    v.unknown(),
    v.union([v.array(v.unknown()), list], expected),
    v.array(member),
    v.readonly(),
    v.check(isWithoutRepeats, "each backend once"),
  );
  return {
    ...PLAIN,
    type: "backend",
    repeatable: true,
    schema,
    json: {
      type: ["array", "string"],
      items: { type: ["string"], pattern: FIRST_MEMBER },
      pattern: FIRST_MEMBER,
    },
    format: (value) => value.map(formatMember),
    resolve: (value, folder) => value.map((one) => resolveMember(one, folder)),
  };
}

function isWithoutRepeats(members: readonly Member[]): boolean {
  return new Set(members.map(({ source }) => formatSource(source))).size === members.length;
}

function resolveMember(member: Member, folder: string): Member {
  const { source } = member;
  if (source.kind !== "address" || source.address.transport !== "unix") return member;
  const path = resolvePath(folder, source.address.path);
  return { ...member, source: { kind: "address", address: { transport: "unix", path } } };
}

/** The IP addresses of DNS servers; text may hold several, separated by commas. */
export function resolvers(): Kind<readonly Address[]> {
  const expected = "the IP address of a DNS server such as 10.0.0.53 or [fd00::53]:5353";
  const schema = listOfAddresses(expected, parseResolver);
  return {
    ...PLAIN,
    type: "addresses",
    repeatable: true,
    schema,
    json: { type: ["array", "string"], items: { type: ["string"], minLength: 1 } },
    format: (value) => value.map(formatAddress),
  };
}

/** @returns The address; null if the text is not an IP address with or without a port above 0. */
function parseResolver(text: string): Address | null {
  const bare = text.replace(/^\[(.*:.*)\]$/, "$1");
  const withPort = bare.includes(":") ? `[${bare}]:${DNS_PORT}` : `${bare}:${DNS_PORT}`;
  const address = parseAddress(isIp(bare) ? withPort : text);
  if (address === null || address.transport === "unix" || address.port === 0) return null;
  return isIp(address.hostname) ? address : null;
}

function isIp(hostname: string): boolean {
  return familyOf(hostname) !== null && isUnambiguous(hostname);
}
