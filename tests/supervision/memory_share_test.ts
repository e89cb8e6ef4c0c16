import { assertEquals } from "@std/assert";
import type { Plan } from "../../src/modes/mode.ts";
import { memoryShare } from "../../src/supervision/memory_share.ts";

const GB = 1024 ** 3;

function plan(place: Plan["place"], max: number): Plan {
  return {
    place,
    lanes: { min: 1, max, spare: 0 },
    connections: 100,
    total: 100,
    perAddress: 0,
    sharing: "shared",
  };
}

Deno.test("memoryShare() divides nine tenths of the container by the workers and one more", () => {
  assertEquals(memoryShare(plan("process", 2), GB), Math.floor(0.3 * GB));
  assertEquals(memoryShare(plan("thread", 4), GB), Math.floor(0.9 * GB / 5));
});

Deno.test("memoryShare() is none without a limit, on the main thread, and where a share is too small", () => {
  assertEquals(memoryShare(plan("process", 2), null), null);
  assertEquals(memoryShare(plan("here", 1), GB), null);
  assertEquals(memoryShare(plan("process", 2), 512 * 1024 ** 2), null);
  assertEquals(memoryShare(plan("process", 1), 512 * 1024 ** 2), 241591910);
  assertEquals(memoryShare(plan("thread", 64), 4 * GB), null);
});
