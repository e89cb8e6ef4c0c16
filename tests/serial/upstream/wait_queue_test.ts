import { assert, assertEquals } from "@std/assert";
import { WaitQueue, type Wish } from "../../../src/upstream/wait_queue.ts";
import { block } from "../../helpers/stall.ts";
import { sleep } from "../../../src/base/timers.ts";

const PLACE = { isFree: true };
const NEVER = { take: () => null, isPicky: true };
const AT_ONCE = { take: () => PLACE, isPicky: false };

Deno.test("WaitQueue ends each wait at its own deadline, and those let in before do not count", async () => {
  const queue = new WaitQueue<typeof PLACE>({ size: 10, timeout: 300, shed: "newest" });
  const begun = performance.now();
  const times: number[] = [];
  const wait = async (wish: Wish<typeof PLACE>) => {
    const since = performance.now();
    const outcome = await queue.wait(wish);
    times.push(performance.now() - since);
    return outcome;
  };
  const first = wait(AT_ONCE);
  await sleep(100);
  const second = wait(NEVER);
  await sleep(100);
  const third = wait(NEVER);
  queue.serve();
  assertEquals(await Promise.all([first, second, third]), [PLACE, "late", "late"]);
  assert(performance.now() - begun < 1000);
  const [, secondTime = 0, thirdTime = 0] = times;
  for (const time of [secondTime, thirdTime]) assert(time >= 290 && time < 450, `${time} ms`);
});

Deno.test("WaitQueue does not count the time in which the event loop is blocked", async () => {
  const queue = new WaitQueue<typeof PLACE>({ size: 10, timeout: 1000, shed: "newest" });
  const outcome = queue.wait(AT_ONCE);
  await sleep(1);
  block(1500);
  await sleep(50);
  assert(queue.serve());
  assertEquals(await outcome, PLACE);
});
