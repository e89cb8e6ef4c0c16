import { assertEquals, assertThrows } from "@std/assert";
import { encodeAddress } from "../../src/core/socket_address.ts";

/** An encoded address as hexadecimal groups of two bytes. */
function shown(hostname: string, port: number): string {
  return encodeAddress(hostname, port).toHex().replace(/(.{4})(?=.)/g, "$1 ");
}

Deno.test("encodeAddress() encodes an IPv4 address as the kernel takes it", () => {
  assertEquals(shown("127.0.0.1", 80), "0200 0050 7f00 0001 0000 0000 0000 0000");
  assertEquals(shown("255.254.0.9", 65_535), "0200 ffff fffe 0009 0000 0000 0000 0000");
});

Deno.test("encodeAddress() encodes an IPv6 address in each spelling as the kernel takes it", () => {
  const spellings: Record<string, string> = {
    "::": "0000 0000 0000 0000 0000 0000 0000 0000",
    "::1": "0000 0000 0000 0000 0000 0000 0000 0001",
    "1::": "0001 0000 0000 0000 0000 0000 0000 0000",
    "0:0:0:0:0:0:0:1": "0000 0000 0000 0000 0000 0000 0000 0001",
    "2001:db8::ff00:42:8329": "2001 0db8 0000 0000 0000 ff00 0042 8329",
    "2001:0DB8:0000:0000:0000:FF00:0042:8329": "2001 0db8 0000 0000 0000 ff00 0042 8329",
    "2001:db8:1:2:3:4:5:6": "2001 0db8 0001 0002 0003 0004 0005 0006",
    "2001:db8::1:0:0:1": "2001 0db8 0000 0000 0001 0000 0000 0001",
    "2001:0:0:1::1": "2001 0000 0000 0001 0000 0000 0000 0001",
    "1:2:3:4:5:6:7::": "0001 0002 0003 0004 0005 0006 0007 0000",
    "::2:3:4:5:6:7:8": "0000 0002 0003 0004 0005 0006 0007 0008",
    "::ffff:192.0.2.1": "0000 0000 0000 0000 0000 ffff c000 0201",
    "64:ff9b::192.0.2.33": "0064 ff9b 0000 0000 0000 0000 c000 0221",
  };
  for (const [hostname, groups] of Object.entries(spellings)) {
    assertEquals(shown(hostname, 8080), `0a00 1f90 0000 0000 ${groups} 0000 0000`, hostname);
  }
});

Deno.test("encodeAddress() refuses what is no IP address", () => {
  const refuse = () => encodeAddress("localhost", 80);
  assertThrows(refuse, TypeError, 'Cannot encode "localhost": expected an IP address');
});
