import { assertEquals } from "@std/assert";
import { parseIp } from "../../src/base/ip.ts";
import { isInNetwork, parseNetwork } from "../../src/base/network.ts";

/** A network, addresses in it, and addresses that are not. */
const NETWORKS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], [
    "9.255.255.255",
    "11.0.0.0",
    "::a00:1",
  ]],
  ["192.168.6.0/23", ["192.168.6.1", "192.168.7.255"], ["192.168.5.255", "192.168.8.0"]],
  ["127.0.0.1", ["127.0.0.1"], ["127.0.0.2", "127.0.0.0", "::1", "::7f00:1"]],
  ["127.0.0.1/32", ["127.0.0.1"], ["127.0.0.2"]],
  ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"], ["::", "::1", "fd00::1"]],
  ["::ffff:10.0.0.0/104", ["10.0.0.1"], ["11.0.0.0", "::"]],
  ["fd00::/8", ["fd00::", "fdff::1"], ["fc00::1", "fe00::1"]],
  ["2001:db8:8000::/33", ["2001:db8:8000::1", "2001:db8:ffff::"], [
    "2001:db8:7fff::",
    "2001:db9::",
  ]],
  ["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::", "::2", "127.0.0.1"]],
  ["::/0", ["::1", "ffff::"], ["1.2.3.4", "::ffff:1.2.3.4"]],
  ["::/64", ["::1"], ["1.2.3.4", "0:0:0:1::"]],
];

for (const [text, inside, outside] of NETWORKS) {
  Deno.test(`isInNetwork: ${text}`, () => {
    const network = parseNetwork(text);
    if (network === null) throw new Error("It is no network");
    for (const [addresses, isInside] of [[inside, true], [outside, false]] as const) {
      for (const address of addresses) {
        const bytes = parseIp(address);
        if (bytes === null) throw new Error(`${address} is no address`);
        assertEquals(isInNetwork(bytes, network), isInside, address);
      }
    }
  });
}

const NONE = [
  ...["", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8/8"],
  ...["10.0.0.0/8.0", "10.0.0.0/255.0.0.0", "10/8", "10.0.0/8", "::/129", "::/ 8", "fd00::/1e1"],
  // The address may be meant, or the network.
  ...["10.0.0.1/8", "192.168.7.0/23", "fd00::1/8", "::ffff:10.0.0.0/95"],
];

for (const text of NONE) {
  Deno.test(`parseNetwork: ${JSON.stringify(text)} is no network`, () => {
    assertEquals(parseNetwork(text), null);
  });
}
