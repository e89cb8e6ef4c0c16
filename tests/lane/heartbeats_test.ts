import { assertEquals } from "@std/assert";
import { LoopDelay } from "../../src/lane/heartbeats.ts";

Deno.test("LoopDelay is how late the worst of the last heartbeats came, and recovers soon", () => {
  const delay = new LoopDelay(500, 1000);
  const delays = [1500, 2030, 3530, 4030, 4530, 5030, 5520].map((time) => delay.beat(time));
  assertEquals(delays, [0, 30, 1000, 1000, 1000, 1000, 0]);
});
