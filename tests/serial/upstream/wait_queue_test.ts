import { assert, assertEquals } from "@std/assert";
import { WaitQueue, type Wish } from "../../../src/upstream/wait_queue.ts";
import { block } from "../../helpers/stall.ts";
import { sleep } from "../../../src/base/timers.ts";

const PLACE = { isFree: true };
const NEVER = { take: () => null, isPicky: true };
const AT_ONCE = { take: () => PLACE, isPicky: false };

Deno.test("WaitQueue ends each wait at its own deadline, and those let in before do not count", async () => {
  const queue = new WaitQueue<typeof PLACE>({ size: 10, timeout: 3000, shed: "newest" });
  const times: number[] = [];
  const wait = async (wish: Wish<typeof PLACE>) => {
    const since = performance.now();
    const outcome = await queue.wait(wish);
    times.push(performance.now() - since);
    return outcome;
  };
  const first = wait(AT_ONCE);
  await sleep(1000);
  const second = wait(NEVER);
  await sleep(1000);
  const third = wait(NEVER);
  queue.serve();
  assertEquals(await Promise.all([first, second, third]), [PLACE, "late", "late"]);
  const [, secondTime = 0, thirdTime = 0] = times;
  for (const time of [secondTime, thirdTime]) assert(time >= 2990 && time < 3900, `${time} ms`);
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
