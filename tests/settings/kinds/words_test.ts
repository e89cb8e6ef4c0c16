import { assertEquals } from "@std/assert";
import { name, text } from "../../../src/settings/kinds.ts";
import { readAs } from "../../helpers/kinds.ts";

Deno.test("name() accepts what logs and metrics can show without quotes", () => {
  for (const right of ["a", "api-v2", "eu.west_1", "0", "constructor", "x".repeat(64)]) {
    assertEquals(readAs(name(), right), right);
  }
  for (const wrong of ["", "-a", "_a", ".a", "a b", "ä", "a\n", "x".repeat(65), 1, null]) {
    assertEquals(readAs(name(), wrong), null, String(wrong));
  }
});

Deno.test("text() accepts one line without control characters", () => {
  for (const right of [" ", '{"status":"ok"}', "grün"]) assertEquals(readAs(text(), right), right);
  for (const wrong of ["", "a\nb", "a\0", "\x7f", 1, null]) {
    assertEquals(readAs(text(), wrong), null, String(wrong));
  }
});
