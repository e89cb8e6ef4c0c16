/** What the groups of HTTP have in common: servers that are loaded in turn, pair by pair. */
import { type Command, succeeds } from "./commands.ts";
import type { Server } from "./http_peers.ts";
import { type Cost, inSlices, type Load, warmUp } from "./load.ts";
import { median, type Row, spread } from "./table.ts";
import { type Work, wrk } from "./wrk.ts";

/** Two lists of slices; the first of one and the first of the other were measured in turn, and so on. */
export type Pair = readonly [ours: readonly Cost[], theirs: readonly Cost[]];

/** Keep-alive connections of the load, where nothing else is said. */
export const CONNECTIONS = 64;

const RUNS = 3;
const SLICES = 3;
const SLICE_MS = 1000;
const FIND_TOOL: Command = ["sh", "-c", "command -v wrk"];

/** Does what a group does where there is the load generator. */
export async function* withTool(group: () => AsyncIterable<Row>): AsyncGenerator<Row> {
  if (await succeeds(FIND_TOOL)) yield* group();
  else yield ["(not installed: wrk, without which HTTP is not measured)"];
}

/** Those that can be used here; yields a row that says so of each of the others. */
export async function* installed(servers: readonly Server[]): AsyncGenerator<Row, Server[]> {
  const found: Server[] = [];
  for (const server of servers) {
    const reason = await server.lacks();
    if (reason === null) found.push(server);
    else yield [`  (${reason}: ${server.name} is skipped)`];
  }
  return found;
}

/** Gives each server the same work; what was found of each, a slice after the other. */
export async function compareServers(servers: readonly Server[], work: Work): Promise<Cost[][]> {
  return await compareLoads(async (stack) => {
    const loads: Load[] = [];
    for (const server of servers) loads.push(wrk(stack.use(await server.start()), work));
    return loads;
  });
}

/**
 * Runs loads in turn, several times on new servers.
 *
 * @param open Starts the servers; what it gives to the stack ends with the run.
 */
export async function compareLoads(
  open: (stack: AsyncDisposableStack) => Promise<readonly Load[]>,
): Promise<Cost[][]> {
  const found: Cost[][] = [];
  for (let run = 0; run < RUNS; run++) {
    await using stack = new AsyncDisposableStack();
    const loads = await open(stack);
    await warmUp(loads, SLICE_MS);
    const costs = await inSlices(loads, SLICES, SLICE_MS);
    for (const [i, slices] of costs.entries()) (found[i] ??= []).push(...slices);
  }
  return found;
}

/** CPU of the servers for a request. */
export function cpuRow(pair: Pair): Row {
  return ["    CPU us/request", ...medians(pair, ({ cpu }) => cpu, 2)];
}

/** What was done in a second, and how busy the client was with it: at 1 it is the client that is measured. */
export function* rateRows(unit: string, pair: Pair): Iterable<Row> {
  yield [`    ${unit}`, ...medians(pair, ({ rate }) => rate, 0)];
  yield ["    processors of the client", ...medians(pair, ({ client }) => client, 2)];
}

/** The ratio of ours to theirs. */
export function* ratioRows(
  pair: Pair,
  of: (cost: Cost) => number,
  aim = "",
): Iterable<Row> {
  const [ours, theirs] = pair;
  const ratios = ours.map((cost, i) => of(cost) / of(theirs[i] ?? cost));
  yield ["    ratio, pair by pair (median)", median(ratios).toFixed(3), "1", aim];
  yield ["    ratio, lowest and highest", spread(ratios)];
}

function medians(pair: Pair, of: (cost: Cost) => number, digits: number): string[] {
  return pair.map((costs) => median(costs.map(of)).toFixed(digits));
}
