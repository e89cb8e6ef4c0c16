import { BARE_LOOP, type Command, executable, MODES, sluice } from "./commands.ts";
import { median, type Row } from "./table.ts";
import { startTarget } from "./target.ts";

const RUNS = 5;

/** How long a server takes to start. */
export async function* start(): AsyncGenerator<Row> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    ours.push(await measure(sluice(MODES.async)));
    theirs.push(await measure(BARE_LOOP));
  }
  const ms = (runs: readonly number[]) => median(runs).toFixed(0);
  yield ["start to listening, ms", ms(ours), ms(theirs), "at most 150"];
  const command = await executable();
  if (command === null) return yield ["  compiled", "skipped", "", "deno task compile"];
  const compiled: number[] = [];
  for (let i = 0; i < RUNS; i++) compiled.push(await measure([...command, ...MODES.async]));
  yield ["  compiled", ms(compiled), "", "at most 120"];
}

/** Milliseconds from starting a server to its first line, which says that it listens. */
async function measure(command: Command): Promise<number> {
  const start = performance.now();
  await using _target = await startTarget(command);
  return performance.now() - start;
}
