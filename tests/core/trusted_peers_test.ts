import { assertEquals } from "@std/assert";
import { TrustedPeers } from "../../src/core/trusted_peers.ts";

function tcp(hostname: string): Deno.NetAddr {
  return { transport: "tcp", hostname, port: 1 };
}

const UNIX: Deno.UnixAddr = { transport: "unix", path: "" };

Deno.test("TrustedPeers.has() looks at all networks, also as a socket for both families names them", () => {
  const peers = new TrustedPeers(["10.0.0.0/8", "::1"]);
  for (const one of ["10.1.2.3", "::ffff:10.1.2.3", "::1"]) assertEquals(peers.has(tcp(one)), true);
  for (const one of ["11.1.2.3", "::ffff:11.1.2.3", "::2", "127.0.0.1"]) {
    assertEquals(peers.has(tcp(one)), false, one);
  }
  assertEquals(peers.has(UNIX), false);
});

Deno.test("TrustedPeers.has() trusts Unix sockets by their word alone", () => {
  const peers = new TrustedPeers(["unix"]);
  assertEquals([peers.has(UNIX), peers.has(tcp("127.0.0.1"))], [true, false]);
});

Deno.test("TrustedPeers.has() trusts nobody without names", () => {
  const peers = new TrustedPeers([]);
  assertEquals([peers.has(UNIX), peers.has(tcp("127.0.0.1"))], [false, false]);
});
