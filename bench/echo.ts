import { keptConnections } from "./clients.ts";
import { BARE_LOOP, type Command, MODES, sluice } from "./commands.ts";
import { type Cost, inSlices, overall, warmUp } from "./load.ts";
import { median, type Row, spread } from "./table.ts";
import { startTarget } from "./target.ts";

/** Connections of the load, where nothing else is said. */
export const CONNECTIONS = 64;

const RUNS = 5;
const SLICES = 6;
const SLICE_MS = 500;
const WARMUP_MS = 1000;

/** CPU for a message of the server as it is by default, beside a bare loop. */
export async function* echo(): AsyncGenerator<Row> {
  const pairs: [ours: Cost, theirs: Cost][] = [];
  for (let i = 0; i < RUNS; i++) {
    pairs.push(await compareEcho(sluice(MODES.async), BARE_LOOP, SLICES));
  }
  const ours = pairs.map(([cost]) => cost);
  const theirs = pairs.map(([, cost]) => cost);
  const ratios = pairs.map(([our, their]) => our.cpu / their.cpu);
  const cpu = (runs: readonly Cost[]) => median(runs.map((run) => run.cpu)).toFixed(2);
  const rate = (runs: readonly Cost[]) => median(runs.map((run) => run.rate)).toFixed(0);
  yield [`echo 64 B x ${CONNECTIONS}, CPU us/message`, cpu(ours), cpu(theirs)];
  yield ["  ratio, pair by pair (median)", median(ratios).toFixed(3), "1", "at most 1.05"];
  yield ["  ratio, lowest and highest", spread(ratios)];
  yield ["  messages/s", rate(ours), rate(theirs)];
}

/**
 * Sends messages of 64 bytes over some connections, each waiting for its echo.
 * Both servers run all the time and are loaded in turn.
 *
 * @param slices How many half seconds each is loaded.
 */
export async function compareEcho(
  ours: Command,
  theirs: Command,
  slices: number,
  connections = CONNECTIONS,
): Promise<[ours: Cost, theirs: Cost]> {
  await using first = await startTarget(ours);
  await using second = await startTarget(theirs);
  using one = await keptConnections(first, connections);
  using other = await keptConnections(second, connections);
  await warmUp([one, other], WARMUP_MS);
  const [ourSlices = [], theirSlices = []] = await inSlices([one, other], slices, SLICE_MS);
  return [overall(ourSlices), overall(theirSlices)];
}
