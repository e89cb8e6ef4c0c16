/** Deadlines of promises, while something blocks the event loop. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { within } from "../../../src/base/within.ts";
import { block, Sending } from "../../helpers/stall.ts";

/** In milliseconds. */
const LIMIT = 100;
const late = () => new Error("late");

Deno.test("within() hears what arrived during a stall", async () => {
  using sending = await Sending.prepare();
  const waiting = within(LIMIT, sending.received, late);
  sending.arriveDuringStall(5 * LIMIT);
  assertEquals(await waiting, 1);
});

Deno.test("within() does not count a stall, and is on time without one", async () => {
  const limit = 10 * LIMIT;
  // The clock goes on by a step of half a second at most for the stall.
  const waiting = assertRejects(() => within(limit, new Promise(() => {}), late), Error, "late");
  block(2 * limit);
  const blocked = performance.now();
  await waiting;
  const left = performance.now() - blocked;
  assert(left > limit / 3, `${left} ms were left after the stall`);
  // A busy machine stalls it, too: the least counts.
  let least = Infinity;
  for (let i = 0; i < 4 && least >= 1.5 * limit; i++) {
    const begun = performance.now();
    await assertRejects(() => within(limit, new Promise(() => {}), late), Error, "late");
    least = Math.min(least, performance.now() - begun);
  }
  assert(least >= limit - 5 && least < 1.5 * limit, `it lasted ${least} ms`);
});
