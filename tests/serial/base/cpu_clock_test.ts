import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  cpuClock,
  cpuTime,
  loadCpuTime,
  processorWait,
  schedulerTimes,
  sharesOf,
} from "../../../src/base/cpu_clock.ts";

/** Every clock in milliseconds. One opens the C library for good, so it is made before the tests. */
const CLOCKS: Readonly<Record<string, () => number>> = {
  cpuTime,
  "loadCpuTime()": await loadCpuTime(),
  "cpuClock()": cpuClock(),
  "schedulerTimes().ran": () => schedulerTimes().ran / 1e6,
};

/** Milliseconds that a step of the coarsest clock, and of the scheduler's own, may hide. */
const STEP = 20;

for (const [name, clock] of Object.entries(CLOCKS)) {
  Deno.test(`${name} advances while the thread runs, no faster than real time`, () => {
    const [start, before] = [performance.now(), clock()];
    while (clock() - before < 50);
    const passed = performance.now() - start;
    assert(passed >= 50 - STEP, `50 ms of CPU time in ${passed} ms`);
  });

  Deno.test(`${name} stands still while the thread waits`, async () => {
    const before = clock();
    await delay(100);
    const passed = clock() - before;
    assert(passed < 50, `${passed} ms passed`);
  });
}

Deno.test("CPU clocks agree", () => {
  const exact = cpuClock();
  const [start, before] = [exact(), Object.values(CLOCKS).map((clock) => clock())];
  while (exact() - start < 100);
  const used = Object.values(CLOCKS).map((clock, i) => clock() - (before[i] ?? 0));
  for (const [i, name] of Object.keys(CLOCKS).entries()) {
    const milliseconds = used[i] ?? 0;
    assert(Math.abs(milliseconds - 100) < 30, `${name} says ${milliseconds} ms, expected 100`);
  }
});

Deno.test("cpuClock() opens the C library once", () => {
  assertEquals(cpuClock(), cpuClock());
});

Deno.test({
  name: "cpuTime() is 0 in a sandbox, and the clock of loadCpuTime() is not",
  permissions: { read: false },
  fn() {
    assertEquals(cpuTime(), 0);
    assert((CLOCKS["loadCpuTime()"]?.() ?? 0) > 0);
  },
});

Deno.test("schedulerTimes() never decreases the time spent waiting", () => {
  const before = schedulerTimes().waited;
  assert(schedulerTimes().waited >= before);
});

Deno.test("sharesOf() divides both times by the interval, at most 1", () => {
  const before = { ran: 5e6, waited: 1e6 };
  assertEquals(sharesOf(before, { ran: 55e6, waited: 11e6 }, 100), { busy: 0.5, waiting: 0.1 });
  assertEquals(sharesOf(before, before, 100), { busy: 0, waiting: 0 });
  assertEquals(sharesOf(before, { ran: 106e6, waited: 1e6 }, 100), { busy: 1, waiting: 0 });
});

/** Computes for some milliseconds, then posts. */
const SPIN = `onmessage = ({ data }) => {
  const end = performance.now() + data;
  while (performance.now() < end);
  postMessage(null);
};`;

Deno.test("processorWait() grows while there are more busy threads than processors", async () => {
  const milliseconds = 200;
  const workers = Array.from(
    { length: 2 * navigator.hardwareConcurrency },
    () => new Worker(`data:text/javascript,${encodeURIComponent(SPIN)}`, { type: "module" }),
  );
  const spin = (milliseconds: number) =>
    Promise.all(workers.map((worker) => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      worker.onmessage = resolve;
      worker.postMessage(milliseconds);
      return promise;
    }));
  // They compute at the same time only once all of them run.
  await spin(0);
  const waitBefore = processorWait() ?? NaN;
  await spin(milliseconds);
  const waited = (processorWait() ?? NaN) - waitBefore;
  for (const worker of workers) worker.terminate();
  assert(waited > milliseconds / 2, `they waited for ${waited} ms`);
});
