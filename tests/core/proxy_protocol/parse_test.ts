import { assert, assertEquals, assertThrows } from "@std/assert";
import { type ProxyHeader, ProxyHeaderError } from "../../../src/core/proxy_protocol/header.ts";
import { parseProxyHeader } from "../../../src/core/proxy_protocol/parse.ts";
import {
  binary,
  bytesOf,
  IPV4_ENDS,
  IPV4_LINE,
  IPV6_ENDS,
  MALFORMED,
  tlv,
} from "../../helpers/proxy_headers.ts";

function tcp(hostname: string, port: number): Deno.NetAddr {
  return { transport: "tcp", hostname, port };
}

function parsed(bytes: Uint8Array): ProxyHeader {
  const header = parseProxyHeader(bytes);
  if (header === null) throw new Error("The header is not complete");
  return header;
}

const IPV4 = { remoteAddr: tcp("192.168.0.1", 56324), localAddr: tcp("192.168.0.11", 443) };
const IPV6 = { remoteAddr: tcp("fd00::1", 1), localAddr: tcp("fd00::2", 65535) };
const LONGEST_IPV6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

/** A path in the 108 bytes that it has in a header. */
function path(text: string): number[] {
  return [...bytesOf(text), ...new Array(108 - text.length).fill(0)];
}

/** What proxies may send, and the ends that it gives. */
const VALID: readonly (readonly [string, Uint8Array, ProxyHeader["ends"]])[] = [
  ["TCP4, the example of the specification", bytesOf(IPV4_LINE), IPV4],
  [
    "TCP4, the longest line",
    bytesOf("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"),
    { remoteAddr: tcp("255.255.255.255", 65535), localAddr: tcp("255.255.255.255", 65535) },
  ],
  [
    "TCP4, the shortest line",
    bytesOf("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"),
    { remoteAddr: tcp("0.0.0.0", 0), localAddr: tcp("0.0.0.0", 0) },
  ],
  ["TCP6", bytesOf("PROXY TCP6 FD00:0:0::0001 fd00::2 1 65535\r\n"), IPV6],
  [
    "TCP6, the longest line",
    bytesOf(`PROXY TCP6 ${LONGEST_IPV6} ${LONGEST_IPV6} 65535 65535\r\n`),
    { remoteAddr: tcp(LONGEST_IPV6, 65535), localAddr: tcp(LONGEST_IPV6, 65535) },
  ],
  [
    "TCP6 with an IPv4 client of a socket for both families",
    bytesOf("PROXY TCP6 ::ffff:1.2.3.4 fd00::2 1 65535\r\n"),
    { ...IPV6, remoteAddr: tcp("1.2.3.4", 1) },
  ],
  ["UNKNOWN, short", bytesOf("PROXY UNKNOWN\r\n"), null],
  [
    "UNKNOWN, the longest line",
    bytesOf(`PROXY UNKNOWN ${LONGEST_IPV6} ${LONGEST_IPV6} 65535 65535\r\n`),
    null,
  ],
  ["UNKNOWN with anything else", bytesOf("PROXY UNKNOWN  \x00 nonsense \r\n"), null],
  ["IPv4 in bytes", binary(0x21, 0x11, IPV4_ENDS), IPV4],
  ["IPv4 in bytes, of datagrams", binary(0x21, 0x12, IPV4_ENDS), IPV4],
  ["IPv4 in bytes, of no transport", binary(0x21, 0x10, IPV4_ENDS), null],
  ["IPv6 in bytes", binary(0x21, 0x21, IPV6_ENDS), IPV6],
  ["paths", binary(0x21, 0x31, [...path("/run/a"), ...path("")]), {
    remoteAddr: { transport: "unix", path: "/run/a" },
    localAddr: { transport: "unix", path: "" },
  }],
  ["paths without an end", binary(0x21, 0x31, [...path("a".repeat(108)), ...path("b")]), {
    remoteAddr: { transport: "unix", path: "a".repeat(108) },
    localAddr: { transport: "unix", path: "b" },
  }],
  ["unspecified", binary(0x21, 0x00), null],
  ["unspecified, with bytes that are no TLV", binary(0x21, 0x00, [1, 2]), null],
  ["LOCAL", binary(0x20, 0x00), null],
  ["LOCAL with addresses", binary(0x20, 0x11, IPV4_ENDS), null],
  [
    "LOCAL with the longest rest, and an unknown family",
    binary(0x20, 0xff, new Array(4096).fill(9)),
    null,
  ],
];

for (const [name, bytes, ends] of VALID) {
  Deno.test(`parseProxyHeader: ${name}, split at every byte`, () => {
    for (let length = 0; length < bytes.length; length++) {
      assertEquals(parseProxyHeader(bytes.subarray(0, length)), null);
    }
    const header = parsed(bytes);
    assertEquals(header.ends, ends);
    assertEquals(header.version, bytes[0] === 0x50 ? "v1" : "v2");
    assertEquals(header.command, name.startsWith("LOCAL") ? "local" : "proxy");
    assertEquals(parsed(bytesOf([...bytes], IPV4_LINE)), header, "what follows is left alone");
    assertEquals(header.length, bytes.length);
  });
}

for (const [name, bytes, reason] of MALFORMED) {
  Deno.test(`parseProxyHeader refuses ${name}, however it is split`, () => {
    assertThrows(() => parseProxyHeader(bytes), ProxyHeaderError, reason);
    const until = Array.from(bytes, (_, i) => {
      try {
        return parseProxyHeader(bytes.subarray(0, i + 1)) === null ? "more" : "header";
      } catch {
        return "refused";
      }
    });
    assertEquals(until.indexOf("header"), -1);
    assert(until.slice(until.indexOf("refused")).every((one) => one === "refused"));
  });
}

Deno.test("parseProxyHeader gives the TLVs in their order, also unknown and empty ones", () => {
  const tlvs = [...tlv(2, [97, 98]), ...tlv(4, []), ...tlv(0xee, [0])];
  const { tlvs: found } = parsed(binary(0x21, 0x11, [...IPV4_ENDS, ...tlvs]));
  assertEquals(found, [
    { type: 2, value: bytesOf("ab") },
    { type: 4, value: new Uint8Array(0) },
    { type: 0xee, value: bytesOf([0]) },
  ]);
});

Deno.test("parseProxyHeader checks a checksum, wherever it is among the TLVs", () => {
  // By a bitwise implementation, over the header with zeros in the place of the checksum.
  const checksum = tlv(3, [0x17, 0xdc, 0x2b, 0x6e]);
  const { ends } = parsed(binary(0x21, 0x11, [...IPV4_ENDS, ...checksum, ...tlv(4, [0])]));
  assertEquals(ends, IPV4);
});
