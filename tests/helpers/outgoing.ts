import type { Field } from "../../src/http/message.ts";
import type { Hop } from "../../src/http/forwarding/forwarding_fields.ts";
import { type OutgoingRequest, requestHead } from "../../src/http/forwarding/outgoing_request.ts";

/** A peer that is not believed. */
export const STRANGER: Hop = {
  peer: "203.0.113.9",
  isTrusted: false,
  localPort: 8080,
  localHost: "10.9.9.9:8080",
  scheme: "http",
};

/** A peer that is believed, as are the networks 10.0.0.0/8 and fd00::/8. */
export const TRUSTED: Hop = { ...STRANGER, peer: "10.0.0.1", isTrusted: true, trusts: isTrusted };

/** Whether a test trusts an address. */
export function isTrusted(ip: string): boolean {
  return ip.startsWith("10.") || ip.startsWith("fd");
}

/** A GET request with these fields. */
export function outgoing(
  fields: readonly Field[],
  changes: Partial<OutgoingRequest> = {},
): OutgoingRequest {
  return {
    method: "GET",
    target: "/path?query",
    host: "example.com",
    minor: 1,
    fields: [["host", "example.com"], ...fields],
    length: 0,
    hasLength: false,
    expectsContinue: false,
    upgrade: null,
    closes: false,
    requestId: "own-id",
    set: [],
    removed: new Set(),
    ...changes,
  };
}

/** The fields that a backend gets for a request, in order. */
export function sentFields(request: OutgoingRequest, hop: Hop = STRANGER): Field[] {
  const lines = requestHead(request, hop).split("\r\n");
  return lines.slice(1, -2).map((line) => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon), line.slice(colon + 2)];
  });
}

/** The values of one field. */
export function valuesOf(fields: readonly Field[], name: string): string[] {
  return fields.filter((field) => field[0] === name).map(([, value]) => value);
}
