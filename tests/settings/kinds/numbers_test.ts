import { assertEquals } from "@std/assert";
import { positive } from "../../../src/settings/kinds/numbers.ts";
import { readAs } from "../../helpers/kinds.ts";

Deno.test("positive() reads numbers above 0, also as text", () => {
  const kind = positive(1000);
  for (
    const [value, expected] of [["0.5", 0.5], ["1000", 1000], ["1e3", 1000], ["1e-7", 1e-7], [
      "+2",
      2,
    ], [7, 7]]
  ) {
    assertEquals(readAs(kind, value), expected);
  }
  for (const wrong of ["0", "-1", "1000.1", "1e4", "1e999", "", "x", "0x10", "1,5", " 1", NaN]) {
    assertEquals(readAs(kind, wrong), null, String(wrong));
  }
});
