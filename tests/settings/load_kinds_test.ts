import { assert, assertEquals } from "@std/assert";
import { safeParse } from "valibot";
import { choice, integer, type Kind } from "../../src/settings/kinds.ts";
import { bytes, list, paths, positive } from "../../src/settings/load_kinds.ts";

/** The final value; null when the value is refused. */
function read<T>(kind: Kind<T>, value: unknown): T | null {
  const result = safeParse(kind.schema, value);
  return result.success ? kind.resolve(result.output, "/srv") : null;
}

Deno.test("positive() reads numbers above 0, as text too", () => {
  const kind = positive(1000);
  for (
    const [value, expected] of [["0.5", 0.5], ["1000", 1000], ["1e3", 1000], ["+2", 2], [7, 7]]
  ) {
    assertEquals(read(kind, value), expected);
  }
  for (const wrong of ["0", "-1", "1000.1", "1e4", "1e999", "", "x", "0x10", "1,5", " 1", NaN]) {
    assertEquals(read(kind, wrong), null, String(wrong));
  }
});

Deno.test("list() takes commas and several texts, and keeps the order", () => {
  const kind = list(integer(1, 100));
  assertEquals(read(kind, "8"), [8]);
  assertEquals(read(kind, "8,1, 64"), [8, 1, 64]);
  assertEquals(read(kind, ["8,1", "64"]), [8, 1, 64]);
  assertEquals(read(kind, [8, 1]), [8, 1]);
});

Deno.test("list() drops what is there already", () => {
  assertEquals(read(list(integer(1, 100)), ["8,1,08", "1,2"]), [8, 1, 2]);
});

Deno.test("list() refuses what its item refuses, and empty places", () => {
  const kind = list(choice("a", "b"));
  assertEquals(read(kind, "b,a"), ["b", "a"]);
  for (const wrong of ["", "a,", ",", "a,,b", "c", ["a", "c"], 5, null]) {
    assertEquals(read(kind, wrong), null, String(wrong));
  }
});

Deno.test("list() shows the item that is wrong", () => {
  const { issues = [] } = safeParse(list(integer(1, 9)).schema, ["1,2", "3,x,4"]);
  assertEquals([issues[0]?.path?.[0]?.value, issues[0]?.message], [
    "x",
    "an integer from 1 to 9",
  ]);
});

Deno.test("list() has the choices of its item", () => {
  assertEquals(list(choice("a", "b")).choices, ["a", "b"]);
});

Deno.test("paths() makes each absolute, and takes each once", () => {
  assertEquals(read(paths(), "a,b"), ["/srv/a,b"]);
  assertEquals(read(paths(), ["b", "./a", "/srv/b", "a"]), ["/srv/b", "/srv/a"]);
  assertEquals(read(paths(), ["a", ""]), null);
  assertEquals(read(paths(), "a\0"), null);
});

Deno.test("bytes() undoes escapes", () => {
  assertEquals(read(bytes(), String.raw`\r\n`), "\r\n");
  assertEquals(read(bytes(), String.raw`\t\0\\\x41\xfF`), "\t\0\\A\xff");
  assertEquals(read(bytes(), String.raw`\\n`), "\\n");
  assertEquals(read(bytes(), "END."), "END.");
});

Deno.test("bytes() gives a character for each byte of what is no escape", () => {
  assertEquals(read(bytes(), "é"), "\xc3\xa9");
  assertEquals(read(bytes(), "→"), "\xe2\x86\x92");
});

Deno.test("bytes() refuses a backslash that begins no escape", () => {
  for (const wrong of ["\\", "a\\", "\\q", "\\N", "\\x4", "\\xg0", "\\X41", "\\1", "", 5]) {
    assertEquals(read(bytes(), wrong), null, String(wrong));
  }
});

Deno.test("bytes() writes each byte so that it reads it back, in printable letters", () => {
  const all = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
  const text = String(bytes().format(all));
  assert(/^[ -~]*$/.test(text), text);
  assertEquals(read(bytes(), text), all);
  assertEquals(bytes().format("\r\n\\."), String.raw`\r\n\\.`);
});
