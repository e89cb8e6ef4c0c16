import { assertEquals } from "@std/assert";
import { formatIp, isIpv4, parseIp } from "../../src/base/ip.ts";

// The canonical form of RFC 5952, and other ways to write the same address.
const SAME: readonly (readonly [string, ...string[]])[] = [
  ["0.0.0.0", "::ffff:0:0"],
  ["255.255.255.255", "::FFFF:255.255.255.255"],
  ["10.1.2.3", "::ffff:a01:203", "0:0:0:0:0:ffff:10.1.2.3"],
  ["::", "0:0:0:0:0:0:0:0", "::0000", "0::0"],
  ["::1", "0:0:0:0:0:0:0:1"],
  ["1::", "1:0:0:0:0:0:0:0"],
  ["2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:0db8::0001"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8::1:1:1:1:1"],
  ["2001:0:0:1::1", "2001:0:0:1:0:0:0:1"],
  ["::1.2.3.4", "::102:304"].toReversed() as [string, string],
  ["1:2:3:4:5:6:7:8"],
  ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
];

for (const [canonical, ...others] of SAME) {
  Deno.test(`parseIp and formatIp: ${canonical}`, () => {
    for (const text of [canonical, ...others]) {
      const bytes = parseIp(text);
      assertEquals(bytes?.length, 16, text);
      assertEquals(formatIp(bytes ?? new Uint8Array(16)), canonical, text);
      assertEquals(isIpv4(bytes ?? new Uint8Array(16)), /^[\d.]+$/.test(canonical));
    }
  });
}

const NONE = [
  ...["", " ", "localhost", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04"],
  ...["0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.", ".1.2.3", "1.2.3.4.", "1..2.3", "+1.2.3.4"],
  ...[":", ":::", "1:2", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::g"],
  ...[
    "[::1]",
    "::1]",
    "::1]/x[",
    "fe80::1%eth0",
    "fe80::1%251",
    "::1.2.3",
    "::01.2.3.4",
    "::1.2.3.4:5",
  ],
  ...["::1 ", "::1\n", "１.2.3.4", "::１", "::1/128", "::1:", ":1::2", "-1::"],
];

for (const text of NONE) {
  Deno.test(`parseIp: ${JSON.stringify(text)} is no address`, () => {
    assertEquals(parseIp(text), null);
  });
}
