import { assertEquals } from "@std/assert";
import { printable } from "../../src/base/printable.ts";

Deno.test("printable() escapes characters that break a line, control a terminal or reverse text", () => {
  assertEquals(printable("a\r\n\x1b[2J\x00\x7f\x85", 100), "a\\x0d\\x0a\\x1b[2J\\x00\\x7f\\x85");
  assertEquals(printable("\u2028\u202e\u2069", 100), "\\u{2028}\\u{202e}\\u{2069}");
  assertEquals(printable('héllo 😀 "\\"', 100), 'héllo 😀 "\\"');
});

Deno.test("printable() decodes bytes, and truncates to the limit", () => {
  const bytes = new TextEncoder().encode("héllo, and more");
  assertEquals(printable(bytes, 5), "héllo…");
  assertEquals(printable(bytes, 15), "héllo, and more");
  assertEquals(printable(Uint8Array.of(0xff, 0x41), 5), "\ufffdA");
});
