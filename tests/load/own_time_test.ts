import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { ownTime, sharesOf } from "../../src/load/own_time.ts";

Deno.test("ownTime() runs while this thread runs, and stands still while it waits", async () => {
  const [start, before] = [performance.now(), ownTime()];
  while (ownTime().ran - before.ran < 20e6);
  assert(performance.now() - start >= 19.9, "it was faster than time");
  const running = ownTime();
  await delay(100);
  const ran = (ownTime().ran - running.ran) / 1e6;
  assert(ran < 50, `${ran} ms`);
  assert(ownTime().waited >= before.waited);
});

Deno.test("sharesOf() sets both times beside that which passed", () => {
  const before = { ran: 5e6, waited: 1e6 };
  assertEquals(sharesOf(before, { ran: 55e6, waited: 11e6 }, 100), { busy: 0.5, waiting: 0.1 });
  assertEquals(sharesOf(before, before, 100), { busy: 0, waiting: 0 });
  assertEquals(sharesOf(before, { ran: 106e6, waited: 1e6 }, 100), { busy: 1, waiting: 0 });
});
