import { delay } from "@std/async/delay";
import { BARE_THREADS, type Command, executable, sluice } from "./commands.ts";
import { median, type Row } from "./table.ts";
import { startTarget } from "./target.ts";

const WORKERS = [1, 2, 8] as const;
const RUNS = 3;
const SETTLE_MS = 500;

/** Resident memory of a server with threads that have served nobody yet, in bytes by workers. */
type Sizes = Record<typeof WORKERS[number], number>;

/** What a thread of a pool takes beyond the first, beside a thread with nothing in it. */
export async function* modeMemory(): AsyncGenerator<Row> {
  const ours = await measure((workers) => sluice(pooled(workers)));
  const theirs = await measure((workers) => [...BARE_THREADS, String(workers)]);
  const mb = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);
  const both = (of: (sizes: Sizes) => number) => [ours, theirs].map((sizes) => mb(of(sizes)));
  const each = (sizes: Sizes) => (sizes[8] - sizes[1]) / 7;
  yield ["pooled, resident MB", "sluice", "bare threads", "aim"];
  for (const workers of WORKERS) {
    yield [`  ${workers} worker${workers === 1 ? "" : "s"}`, ...both((sizes) => sizes[workers])];
  }
  yield ["  the second thread", ...both((sizes) => sizes[2] - sizes[1])];
  yield ["  each of 7 beyond the first", ...both(each), "at most 8.5"];
  const command = await executable();
  if (command === null) return yield ["  compiled", "skipped", "", "deno task compile"];
  const compiled = await measure((workers) => [...command, ...pooled(workers)]);
  yield ["  compiled, 1 worker", mb(compiled[1])];
  yield ["  compiled, each of 7 beyond", mb(each(compiled))];
}

function pooled(workers: number): Command {
  return ["--mode", "pooled", "--workers", String(workers)];
}

async function measure(commandFor: (workers: number) => Command): Promise<Sizes> {
  const sizes: Sizes = { 1: NaN, 2: NaN, 8: NaN };
  for (const workers of WORKERS) {
    const runs: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      await using target = await startTarget(commandFor(workers));
      await delay(SETTLE_MS);
      runs.push(target.memory());
    }
    sizes[workers] = median(runs);
  }
  return sizes;
}
