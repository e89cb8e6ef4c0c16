/** The clock of the deadline sweeps, while something blocks the event loop. */
import { assert } from "@std/assert";
import { delay } from "@std/async/delay";
import { Deadlines, type Timed } from "../../../src/core/deadlines.ts";

/** Four ticks. */
const SHORTEST = 400;
const TIMEOUT = 150;

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

for (const blocked of [50, 150, 280, 400]) {
  Deno.test(`no deadline is early after ${blocked} ms without a sweep`, async () => {
    const deadlines = new Deadlines(SHORTEST);
    const durations: number[] = [];
    for (let round = 0; round < 5; round++) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const first: Timed = {
        expire() {
          deadlines.delete(first, place);
          resolve();
        },
      };
      const place = deadlines.add(first);
      await promise;
      await delay(1);
      block(blocked);
      durations.push(await measure(deadlines));
    }
    deadlines.stop();
    assert(durations.every((one) => one >= TIMEOUT), `over after ${durations} ms`);
  });
}

/** How long something that begins now really lasts until its timeout is over. */
function measure(deadlines: Deadlines): Promise<number> {
  const since = deadlines.now;
  const begun = performance.now();
  return new Promise((resolve) => {
    const timed: Timed = {
      expire() {
        if (!deadlines.isOver(since, TIMEOUT)) return;
        deadlines.delete(timed, place);
        resolve(performance.now() - begun);
      },
    };
    const place = deadlines.add(timed);
  });
}

/** Waits; returns for how many milliseconds the event loop ran meanwhile, without longer stalls. */
async function runFor(milliseconds: number): Promise<number> {
  let ran = 0;
  for (const end = performance.now() + milliseconds; performance.now() < end;) {
    const begun = performance.now();
    await delay(20);
    ran += Math.min(performance.now() - begun, 40);
  }
  return ran;
}

for (const shortest of [1000, 100]) {
  Deno.test(`the clock keeps pace with 3000 connections and a shortest timeout of ${shortest} ms`, async () => {
    const deadlines = new Deadlines(shortest);
    for (let i = 0; i < 3000; i++) deadlines.add({ expire() {} });
    const since = deadlines.now;
    const passed = await runFor(3000);
    const counted = deadlines.now - since;
    deadlines.stop();
    // It may stand still for a moment whenever the machine is busy.
    assert(counted >= 0.75 * passed, `it counted ${counted} of ${passed} ms`);
  });
}
