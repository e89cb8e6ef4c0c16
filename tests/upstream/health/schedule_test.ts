import { assertEquals } from "@std/assert";
import { Random } from "../../../src/load/random.ts";
import { Schedule } from "../../../src/upstream/health/schedule.ts";

Deno.test("Schedule gives items in the order in which they are due, and none before", () => {
  const random = new Random(7);
  const schedule = new Schedule<number>();
  const waiting: number[] = [];
  for (let now = 0; now < 2000; now++) {
    for (let count = random.below(3); count > 0; count--) {
      const due = now + random.below(500);
      schedule.put(due, due);
      waiting.push(due);
    }
    waiting.sort((a, b) => a - b);
    assertEquals(schedule.next, waiting[0] ?? Infinity);
    // Not always all that are due.
    for (let count = random.below(4); count > 0; count--) {
      const first = waiting[0] ?? Infinity;
      assertEquals(schedule.take(now), first <= now ? first : null);
      if (first <= now) waiting.shift();
    }
  }
  schedule.clear();
  assertEquals([schedule.next, schedule.take(Infinity)], [Infinity, null]);
});
