import { assertEquals } from "@std/assert";
import { crc32c } from "../../../src/core/proxy_protocol/crc32c.ts";

// RFC 3720, appendix B.4, and the check value of the polynomial.
const VECTORS: readonly [string, Uint8Array, number][] = [
  ["nothing", new Uint8Array(0), 0],
  ["32 bytes of zeroes", new Uint8Array(32), 0x8a9136aa],
  ["32 bytes of ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ["32 incrementing bytes", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ["32 decrementing bytes", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ["the digits 1 to 9", new TextEncoder().encode("123456789"), 0xe3069283],
];

for (const [name, bytes, checksum] of VECTORS) {
  Deno.test(`crc32c: ${name}`, () => assertEquals(crc32c(bytes), checksum));
}
