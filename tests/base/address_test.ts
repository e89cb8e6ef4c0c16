import { assertEquals } from "@std/assert";
import {
  familyOf,
  formatAddress,
  isLocalhost,
  isUnambiguous,
  parseAddress,
  parseHostname,
} from "../../src/base/address.ts";

const VALID = [
  ["127.0.0.1:8000", "127.0.0.1", 8000],
  ["localhost:0", "localhost", 0],
  ["my-host.example:65535", "my-host.example", 65535],
  ["[::]:8000", "::", 8000],
  ["[::1]:8000", "::1", 8000],
  ["[fe80::1%eth0]:80", "fe80::1%eth0", 80],
] as const;

Deno.test("parseAddress() reads names, IPv4 and IPv6 with a port", () => {
  for (const [text, hostname, port] of VALID) {
    assertEquals(parseAddress(text), { transport: "tcp", hostname, port });
  }
});

Deno.test("parseAddress() reads the path of a Unix socket", () => {
  const path = "/run/with: colon.sock";
  assertEquals(parseAddress(`unix:${path}`), { transport: "unix", path });
});

Deno.test("parseAddress() returns null for anything else", () => {
  for (
    const wrong of [
      "",
      "8000",
      ":8000",
      "localhost",
      "localhost:",
      "localhost:x",
      "localhost:65536",
      "::1:8000",
      "[localhost]:80",
      "[::1]",
      "[]:80",
      "a b:80",
      "http://localhost:80",
      "unix:",
      "unix:/a\0b",
    ]
  ) assertEquals(parseAddress(wrong), null, wrong);
});

Deno.test("formatAddress() is the inverse of parseAddress()", () => {
  for (const text of [...VALID.map(([text]) => text), "unix:/run/s.sock"]) {
    const address = parseAddress(text);
    assertEquals(address && formatAddress(address), text);
  }
});

Deno.test("parseHostname() takes IPv6 with and without brackets", () => {
  assertEquals(parseHostname("::1"), "::1");
  assertEquals(parseHostname("[::1]"), "::1");
  assertEquals(parseHostname("127.0.0.1"), "127.0.0.1");
  assertEquals(parseHostname("127.0.0.1:80"), null);
  assertEquals(parseHostname("[name]"), null);
});

Deno.test("familyOf() tells IP addresses from names", () => {
  for (const ip of ["0.0.0.0", "127.0.0.1", "255.249.199.99"]) assertEquals(familyOf(ip), 4, ip);
  for (const ip of ["::", "::1", "2001:db8::1", "fe80::1%eth0"]) assertEquals(familyOf(ip), 6, ip);
  for (const name of ["a", "1.2.3", "1.2.3.4.", "256.1.1.1", "01.1.1.1", "1.2.3.4.5"]) {
    assertEquals(familyOf(name), null, name);
  }
});

Deno.test("isLocalhost() knows the name in all of its forms", () => {
  for (const name of ["localhost", "LocalHost."]) assertEquals(isLocalhost(name), true, name);
  for (const name of ["localhost.a", "local", "127.0.0.1"]) assertEquals(isLocalhost(name), false);
});

Deno.test("isUnambiguous() accepts IP addresses and names, but not what is nearly an address", () => {
  const addresses = ["10.0.0.1", "0.0.0.0", "::1", "fe80::1%eth0", "::ffff:1.2.3.4"];
  const names = ["localhost", "a.b.", "_http._tcp.a", "10.0.0.1.a", "a1", "1a", "0xg"];
  for (const right of [...addresses, ...names]) assertEquals(isUnambiguous(right), true, right);
  const wrong = ["10.0.0.256", "10.0.1", "1", "10.0.0.1.", "010.0.0.1", "0x7f.0.0.1", "1:2:::3"];
  for (const host of [...wrong, "1.2.3.4.5"]) assertEquals(isUnambiguous(host), false, host);
});
