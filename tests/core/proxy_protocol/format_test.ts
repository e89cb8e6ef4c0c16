import { assertEquals, assertThrows } from "@std/assert";
import { formatIp } from "../../../src/base/ip.ts";
import { proxyHeader } from "../../../src/core/proxy_protocol/format.ts";
import { parseProxyHeader } from "../../../src/core/proxy_protocol/parse.ts";
import type { Ends } from "../../../src/core/socket.ts";
import { Random } from "../../../src/load/random.ts";
import { binary, IPV4_ENDS, IPV4_LINE, IPV6_ENDS, tlv } from "../../helpers/proxy_headers.ts";

const CASES = 2000;

function tcp(hostname: string, port: number): Deno.NetAddr {
  return { transport: "tcp", hostname, port };
}

function unix(path: string): Deno.UnixAddr {
  return { transport: "unix", path };
}

function text(header: Uint8Array): string {
  return new TextDecoder().decode(header);
}

const IPV4 = { remoteAddr: tcp("192.168.0.1", 56324), localAddr: tcp("192.168.0.11", 443) };
const IPV6 = { remoteAddr: tcp("fd00::1", 1), localAddr: tcp("fd00::2", 65535) };
/** As a socket that listens on [::] has them. */
const MAPPED = {
  remoteAddr: tcp("::ffff:192.168.0.1", 56324),
  localAddr: tcp("::ffff:192.168.0.11", 443),
};
const MIXED = { remoteAddr: tcp("192.168.0.1", 1), localAddr: tcp("fd00::2", 65535) };

Deno.test("proxyHeader: version 1 is the line of the specification", () => {
  assertEquals(text(proxyHeader("v1", IPV4)), IPV4_LINE);
  assertEquals(text(proxyHeader("v1", MAPPED)), IPV4_LINE);
  assertEquals(text(proxyHeader("v1", IPV6)), "PROXY TCP6 fd00::1 fd00::2 1 65535\r\n");
  assertEquals(
    text(proxyHeader("v1", MIXED)),
    "PROXY TCP6 ::ffff:192.168.0.1 fd00::2 1 65535\r\n",
  );
});

Deno.test("proxyHeader: version 1 is UNKNOWN without a client, and for one that has no IP address", () => {
  for (const ends of [null, { remoteAddr: unix(""), localAddr: unix("/run/a") }]) {
    assertEquals(text(proxyHeader("v1", ends)), "PROXY UNKNOWN\r\n");
  }
});

Deno.test("proxyHeader: version 2 has the bytes of the specification", () => {
  assertEquals(proxyHeader("v2", IPV4), binary(0x21, 0x11, IPV4_ENDS));
  assertEquals(proxyHeader("v2", MAPPED), binary(0x21, 0x11, IPV4_ENDS));
  assertEquals(proxyHeader("v2", IPV6), binary(0x21, 0x21, IPV6_ENDS));
});

Deno.test("proxyHeader: version 2 is LOCAL without a client, and unspecified for one of another kind", () => {
  assertEquals(proxyHeader("v2", null, { hasChecksum: true }), binary(0x20, 0));
  const odd = { remoteAddr: unix("a"), localAddr: tcp("127.0.0.1", 1) };
  assertEquals(proxyHeader("v2", odd), binary(0x21, 0));
  const long = { remoteAddr: unix("a".repeat(109)), localAddr: unix("b") };
  assertEquals(proxyHeader("v2", long), binary(0x21, 0));
});

Deno.test("proxyHeader: TLVs and the checksum follow the addresses", () => {
  const tlvs = [{ type: 4, value: Uint8Array.of(0) }];
  // By a bitwise implementation, over the header with zeros in the place of the checksum.
  const checksum = tlv(3, [0xe7, 0x8c, 0x01, 0x2d]);
  assertEquals(
    proxyHeader("v2", IPV4, { tlvs, hasChecksum: true }),
    binary(0x21, 0x11, [...IPV4_ENDS, ...tlv(4, [0]), ...checksum]),
  );
});

Deno.test("proxyHeader refuses TLVs that no header has room for", () => {
  const tlvs = [{ type: 4, value: new Uint8Array(65535 - 12 - 3) }];
  assertEquals(proxyHeader("v2", IPV4, { tlvs }).length, 16 + 65535);
  assertThrows(
    () => proxyHeader("v2", IPV4, { tlvs: [...tlvs, { type: 4, value: new Uint8Array(0) }] }),
    RangeError,
    "found 65538 bytes, expected at most 65535",
  );
});

/** Any ends that a header can have. */
function randomEnds(random: Random): Ends {
  const kind = random.pick(["ipv4", "ipv6", "unix"]);
  const address = (): Deno.NetAddr | Deno.UnixAddr => {
    if (kind === "unix") return unix("/".repeat(random.below(109)));
    const bytes = random.bytes(16);
    if (random.percent(30)) bytes.fill(0, random.below(16), random.below(17));
    if (kind === "ipv4") bytes.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    return tcp(formatIp(bytes), random.below(65536));
  };
  return { remoteAddr: address(), localAddr: address() };
}

Deno.test("parseProxyHeader reads whatever proxyHeader writes, and finds a wrong byte of the addresses by the checksum", () => {
  for (let seed = 1; seed <= CASES; seed++) {
    const random = new Random(seed);
    const ends = randomEnds(random);
    const tlvs = Array.from({ length: random.below(4) }, () => ({
      type: 0xe0 + random.below(16),
      value: random.bytes(random.below(300)),
    }));
    const isUnix = ends.remoteAddr.transport === "unix";
    const line = parseProxyHeader(proxyHeader("v1", ends));
    assertEquals(line?.ends, isUnix ? null : ends, `seed ${seed}`);
    const bytes = proxyHeader("v2", ends, { tlvs, hasChecksum: true });
    const header = parseProxyHeader(bytes);
    assertEquals(header?.ends, ends, `seed ${seed}`);
    assertEquals(header?.tlvs.slice(0, -1), tlvs, `seed ${seed}`);
    assertEquals(header?.length, bytes.length);
    const at = 16 + random.below(12);
    bytes[at] = (bytes[at] ?? 0) ^ 1 + random.below(255);
    assertThrows(() => parseProxyHeader(bytes), undefined, undefined, `seed ${seed}`);
  }
});
