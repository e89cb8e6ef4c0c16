import { converse } from "./clients.ts";
import { MODES, sluice } from "./commands.ts";
import { quantile, type Row } from "./table.ts";
import { startTarget, type Target } from "./target.ts";
import { within } from "./within.ts";

const WARMUP = 100;
const ROUNDS = 5;
const ROUND = 100;
const LIMIT = 15_000;
const BYTE = new Uint8Array([120]);

/** How long a new client waits for its first answer, when a thread is ready for it. */
export async function* modeWarm(): AsyncGenerator<Row> {
  await using threaded = await startTarget(sluice(MODES.threaded));
  await using async = await startTarget(sluice(MODES.async));
  const found: [Target, number[]][] = [[threaded, []], [async, []]];
  for (const [target] of found) await measure(target, WARMUP);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [target, times] of found) times.push(...await measure(target, ROUND));
  }
  const at = (part: number) => found.map(([, times]) => quantile(times, part).toFixed(2));
  yield ["connect and 1 byte echoed, ms", "threaded", "async", "aim"];
  yield [`  median of ${ROUNDS * ROUND}, one by one`, ...at(0.5), "at most 1"];
  yield ["  99 of 100 take at most", ...at(0.99)];
}

async function measure(target: Target, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await within(LIMIT, "one connection", converse(target.port, BYTE));
    times.push(performance.now() - start);
  }
  return times;
}
