import { assert } from "@std/assert";
import { SignsOfLife } from "../../../src/ops/notify/signs_of_life.ts";

const serving = (...ages: number[]) => ({
  state: "serving" as const,
  lanes: ages.map((heartbeat_age_ms) => ({ heartbeat_age_ms })),
});

Deno.test("SignsOfLife counts a server as alive while one lane is, and for the time that Sluice needs to replace all", () => {
  const signs = new SignsOfLife(1000, 2000, 0);
  assert(signs.isAlive(serving(50_000, 10), 50_000));
  assert(signs.isAlive(serving(53_900, 3990), 53_980));
  assert(!signs.isAlive(serving(54_000, 4010), 54_010));
  assert(signs.isAlive(serving(54_100, 4100, 0), 54_100), "a replacement starts");
  assert(signs.isAlive(serving(), 57_000), "lanes are being replaced");
  assert(!signs.isAlive(serving(), 59_000), "none can be");
});

Deno.test("SignsOfLife counts a server that drains as alive", () => {
  const signs = new SignsOfLife(1000, 0, 0);
  assert(signs.isAlive({ state: "draining", lanes: [] }, 90_000));
});
