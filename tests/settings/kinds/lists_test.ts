import { assertEquals } from "@std/assert";
import { safeParse } from "valibot";
import { choice, integer } from "../../../src/settings/kinds.ts";
import { list, paths } from "../../../src/settings/kinds/lists.ts";
import { readAs } from "../../helpers/kinds.ts";

Deno.test("list() splits at commas, accepts several texts, and keeps the order", () => {
  const kind = list(integer(1, 100));
  assertEquals(readAs(kind, "8"), [8]);
  assertEquals(readAs(kind, "8,1, 64"), [8, 1, 64]);
  assertEquals(readAs(kind, ["8,1", "64"]), [8, 1, 64]);
  assertEquals(readAs(kind, [8, 1]), [8, 1]);
});

Deno.test("list() drops duplicates", () => {
  assertEquals(readAs(list(integer(1, 100)), ["8,1,08", "1,2"]), [8, 1, 2]);
});

Deno.test("list() refuses wrong and empty items", () => {
  const kind = list(choice("a", "b"));
  assertEquals(readAs(kind, "b,a"), ["b", "a"]);
  for (const wrong of ["", "a,", ",", "a,,b", "c", ["a", "c"], 5, null]) {
    assertEquals(readAs(kind, wrong), null, String(wrong));
  }
});

Deno.test("list() reports the wrong item", () => {
  const { issues = [] } = safeParse(list(integer(1, 9)).schema, ["1,2", "3,x,4"]);
  assertEquals([issues[0]?.path?.[0]?.value, issues[0]?.message], [
    "x",
    "an integer from 1 to 9",
  ]);
});

Deno.test("list() has the choices of its item", () => {
  assertEquals(list(choice("a", "b")).choices, ["a", "b"]);
});

Deno.test("paths() makes paths absolute and drops duplicates", () => {
  assertEquals(readAs(paths(), "a,b"), ["/srv/a,b"]);
  assertEquals(readAs(paths(), ["b", "./a", "/srv/b", "a"]), ["/srv/b", "/srv/a"]);
  assertEquals(readAs(paths(), ["a", ""]), null);
  assertEquals(readAs(paths(), "a\0"), null);
});
