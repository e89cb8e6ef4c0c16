import { assert, assertEquals } from "@std/assert";
import { DelayQueue } from "../../src/load/delay_queue.ts";
import { Random } from "../../src/load/random.ts";

const MB = 1024 ** 2;

Deno.test("DelayQueue returns each item when it is due, and not before", () => {
  const delays = new DelayQueue<string>(100);
  assertEquals([delays.next, delays.take(1e9)], [Infinity, undefined]);
  delays.put("a", 1000);
  delays.put("b", 1050);
  assertEquals(delays.next, 1100);
  assertEquals(delays.take(1099.999), undefined);
  assertEquals(delays.take(1100), "a");
  assertEquals([delays.next, delays.take(1100)], [1150, undefined]);
  assertEquals(delays.take(2000), "b");
  assertEquals([delays.next, delays.take(2000)], [Infinity, undefined]);
});

Deno.test("DelayQueue returns items without a delay at once, in order", () => {
  const delays = new DelayQueue<number>(0);
  for (let i = 0; i < 3; i++) delays.put(i, 1000);
  assertEquals([0, 1, 2, 3].map(() => delays.take(1000)), [0, 1, 2, undefined]);
});

Deno.test("DelayQueue keeps the order, whether it is short or long", () => {
  const random = new Random(1);
  const delays = new DelayQueue<number>(10);
  let [put, taken, now] = [0, 0, 0];
  while (taken < 100_000) {
    now += random.below(3);
    // The queue grows to thousands of items, and shrinks again.
    const more = taken % 20_000 < 10_000 ? 8 : 2;
    for (let i = random.below(more); i > 0; i--) delays.put(put++, now);
    for (let i = random.below(5); i > 0; i--) {
      const { next } = delays;
      const item = delays.take(now);
      if (next > now) assertEquals(item, undefined);
      else assertEquals(item, taken++);
    }
  }
  for (; taken < put; taken++) assertEquals(delays.take(Infinity), taken);
  assertEquals([delays.next, delays.take(Infinity)], [Infinity, undefined]);
});

Deno.test("DelayQueue releases the items that were taken", () => {
  const delays = new DelayQueue<number>(0);
  for (let i = 0; i < 10; i++) delays.put(i, 0);
  const before = Deno.memoryUsage().heapUsed;
  for (let i = 0; i < 3_000_000; i++) {
    delays.put(i, i);
    delays.take(i);
  }
  const grown = Deno.memoryUsage().heapUsed - before;
  assert(grown < 60 * MB, `${grown} bytes more`);
});
