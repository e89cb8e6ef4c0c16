import { assertEquals } from "@std/assert";
import { durationRange } from "../../../src/settings/kinds.ts";
import { readAs } from "../../helpers/kinds.ts";

const kind = durationRange(100);

Deno.test("durationRange() reads two durations, or one for both", () => {
  assertEquals(readAs(kind, "5s-1m"), { min: 5_000, max: 60_000 });
  assertEquals(readAs(kind, " 500ms - 0.5h "), { min: 500, max: 1_800_000 });
  assertEquals(readAs(kind, "1-2"), { min: 1_000, max: 2_000 });
  assertEquals(readAs(kind, "30s"), { min: 30_000, max: 30_000 });
  assertEquals(readAs(kind, 90), { min: 90_000, max: 90_000 });
  assertEquals(kind.format({ min: 5_000, max: 60_000 }), "5s-1m");
});

Deno.test("durationRange() refuses bounds in the wrong order, or beyond the limits", () => {
  for (
    const wrong of ["", "-", "1m-5s", "50ms-1s", "1s-25d", "1s-", "1s-2s-3s", "x", -1, null, ["1s"]]
  ) {
    assertEquals(readAs(kind, wrong), null, String(wrong));
  }
});
