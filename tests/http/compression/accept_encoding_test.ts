import { assertEquals } from "@std/assert";
import { chooseCoding } from "../../../src/http/compression/accept_encoding.ts";

/** The choice between gzip and br, offered in this order, for a value of Accept-Encoding. */
const CHOICES: readonly (readonly [accepted: string | null, coding: string | null])[] = [
  [null, null],
  ["", null],
  ["gzip", "gzip"],
  ["br", "br"],
  ["gzip, deflate, br, zstd", "gzip"],
  ["br, gzip", "gzip"],
  ["br;q=1.0, gzip;q=0.8, *;q=0.1", "br"],
  ["gzip;q=0.5, br;q=0.501", "br"],
  ["deflate, zstd", null],
  ["GZIP", "gzip"],
  [" gzip ;  q=0.5 ", "gzip"],
  ["\tgzip\t;\tq=1", "gzip"],
  ["gzip;q=0", null],
  ["gzip;q=0.000", null],
  ["gzip;q=0, br", "br"],
  ["gzip;Q=0, br;Q=1", "br"],
  ["*", "gzip"],
  ["*;q=0", null],
  ["*;q=0, br", "br"],
  ["gzip;q=0, *", "br"],
  ["identity", null],
  ["identity, gzip", "gzip"],
  ["identity;q=1, gzip;q=0.5", null],
  ["identity;q=0.5, gzip;q=0.5", "gzip"],
  ["identity;q=0", null],
  ["identity;q=0, *;q=0", null],
  ["gzip;q=2", null],
  ["gzip;q=-1", null],
  ["gzip;q=abc, br", "br"],
  ["gzip;level=9", null],
  [",,gzip,,", "gzip"],
  ["gzipped, xbr", null],
  ["constructor, __proto__", null],
];

Deno.test("chooseCoding() returns the coding that the client prefers, or the first if tied", () => {
  for (const [accepted, coding] of CHOICES) {
    assertEquals(chooseCoding(accepted, ["gzip", "br"]), coding, String(accepted));
  }
  assertEquals(chooseCoding("gzip, br", ["br", "gzip"]), "br");
  assertEquals(chooseCoding("gzip, br", []), null);
});
