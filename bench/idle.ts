import { delay } from "@std/async/delay";
import { exchange, MESSAGE } from "./clients.ts";
import { BARE_LOOP, type Command, MODES, sluice } from "./commands.ts";
import { median, type Row } from "./table.ts";
import { startTarget, type Target } from "./target.ts";
import { within } from "./within.ts";

/** What one run found. */
interface IdleRun {
  /** Connections that were accepted. */
  readonly accepted: number;
  /** From the first connect to the last one served, in milliseconds. */
  readonly duration: number;
  /** Growth of the server's resident memory for one idle connection, in bytes. */
  readonly memory: number;
}

const RUNS = 3;
const BATCH = 2500;
const BATCHES = 4;
const BATCH_LIMIT = 30_000;
const SETTLE_MS = 200;

/** What connections cost that are open and idle. */
export async function* idle(): AsyncGenerator<Row> {
  const [ours, theirs] = await inTurn(measureIdle);
  const both = (key: keyof IdleRun) =>
    [ours, theirs].map((runs) => median(runs.map((run) => run[key])).toFixed(0));
  yield ["10,000 connections, accepted", ...both("accepted"), "10000"];
  yield ["  connect and one echo each, ms", ...both("duration")];
  const kb = (runs: readonly IdleRun[]) =>
    (median(runs.map(({ memory }) => memory)) / 1024).toFixed(1);
  yield ["  resident KB each, on a new server", kb(ours), kb(theirs)];
  const [later, theirsLater] = await inTurn(measureIdleLater);
  yield ["  resident KB each, after others", kb(later), kb(theirsLater), "at most 5"];
}

async function inTurn(
  measure: (command: Command) => Promise<IdleRun>,
): Promise<[ours: IdleRun[], theirs: IdleRun[]]> {
  const ours: IdleRun[] = [];
  const theirs: IdleRun[] = [];
  for (let i = 0; i < RUNS; i++) {
    ours.push(await measure(sluice(MODES.async)));
    theirs.push(await measure(BARE_LOOP));
  }
  return [ours, theirs];
}

/**
 * Opens 10,000 connections to an echo server that was just started; each sends
 * one message and then is idle. Much of what the server grows by is the
 * runtime's heap, which grows once to the size of such a burst.
 */
async function measureIdle(command: Command): Promise<IdleRun> {
  await using target = await startTarget(command);
  return await hold(target);
}

/** The same on a server that has served 10,000 connections before, 2,500 at a time. */
async function measureIdleLater(command: Command): Promise<IdleRun> {
  await using target = await startTarget(command);
  for (let i = 0; i < BATCHES; i++) {
    for (const conn of await open(target)) conn.close();
    await delay(SETTLE_MS);
  }
  return await hold(target);
}

async function hold(target: Target): Promise<IdleRun> {
  const before = target.memory();
  const start = performance.now();
  const conns: Deno.Conn[] = [];
  for (let i = 0; i < BATCHES; i++) conns.push(...await open(target));
  const duration = performance.now() - start;
  await delay(SETTLE_MS);
  const memory = (target.memory() - before) / conns.length;
  for (const conn of conns) conn.close();
  return { accepted: conns.length, duration, memory };
}

async function open(target: Target): Promise<Deno.Conn[]> {
  const opening = Array.from({ length: BATCH }, async () => {
    const conn = await Deno.connect({ port: target.port });
    await exchange(conn, new Uint8Array(MESSAGE.length), MESSAGE);
    return conn;
  });
  return await within(BATCH_LIMIT, "opening connections", Promise.all(opening));
}
