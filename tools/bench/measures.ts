import { now } from "../../src/base/clock.ts";
import { quickClock } from "../../src/base/quick_clock.ts";
import { Measures, MEASURES_BYTES } from "../../src/lane/measures.ts";
import { LaneMeter } from "../../src/lane/meter.ts";
import type { Context } from "./comparison.ts";
import { print, printFigure } from "./table.ts";

const ROUNDS = 2_000_000;
/** Durations in milliseconds, of all buckets and in no order. */
const DURATIONS = Array.from({ length: 1024 }, () => 0.05 * 2 ** (Math.random() * 20));
const METHODS = ["GET", "GET", "GET", "POST"] as const;
const STATUSES = [200, 200, 304, 404] as const;

/** Measures what a lane adds to each request that it counts, and the parts of that. */
export function measures({ pairs }: Context): Promise<void> {
  print(`\nNanoseconds per request that is measured; median and range of ${pairs} runs`);
  const memory = () => new Measures(new SharedArrayBuffer(MEASURES_BYTES), 0);
  const counts = memory();
  const meter = new LaneMeter(memory());
  const quick = quickClock();
  const parts: Readonly<Record<string, (i: number) => void>> = {
    "the response and the histogram (at most 50)": (i) =>
      counts.answered(
        METHODS[i & 3] as string,
        STATUSES[i >> 2 & 3] as number,
        DURATIONS[i & 1023] as number,
      ),
    "a reading of the quick clock": quick,
    "a reading of performance.now()": now,
    "all: two readings, the response and the histogram": (i) =>
      meter.answered(METHODS[i & 3] as string, STATUSES[i >> 2 & 3] as number, meter.now()),
  };
  for (const [name, act] of Object.entries(parts)) {
    run(act);
    printFigure(name, Array.from({ length: pairs }, () => run(act)));
  }
  return Promise.resolve();
}

/** @returns Nanoseconds of each call. */
function run(act: (i: number) => void): number {
  const start = performance.now();
  for (let i = 0; i < ROUNDS; i++) act(i);
  return (performance.now() - start) * 1e6 / ROUNDS;
}
