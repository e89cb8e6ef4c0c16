import { assert, assertEquals } from "@std/assert";
import { bytes } from "../../../src/settings/kinds/bytes.ts";
import { readAs } from "../../helpers/kinds.ts";

Deno.test("bytes() decodes escapes", () => {
  assertEquals(readAs(bytes(), String.raw`\r\n`), "\r\n");
  assertEquals(readAs(bytes(), String.raw`\t\0\\\x41\xfF`), "\t\0\\A\xff");
  assertEquals(readAs(bytes(), String.raw`\\n`), "\\n");
  assertEquals(readAs(bytes(), "END."), "END.");
});

Deno.test("bytes() turns other characters into their bytes in UTF-8", () => {
  assertEquals(readAs(bytes(), "é"), "\xc3\xa9");
  assertEquals(readAs(bytes(), "→"), "\xe2\x86\x92");
});

Deno.test("bytes() refuses a backslash without an escape", () => {
  for (const wrong of ["\\", "a\\", "\\q", "\\N", "\\x4", "\\xg0", "\\X41", "\\1", "", 5]) {
    assertEquals(readAs(bytes(), wrong), null, String(wrong));
  }
});

Deno.test("bytes() formats every byte as printable ASCII, and reads it back", () => {
  const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
  const text = String(bytes().format(all));
  assert(/^[ -~]*$/.test(text), text);
  assertEquals(readAs(bytes(), text), all);
  assertEquals(bytes().format("\r\n\\."), String.raw`\r\n\\.`);
});
