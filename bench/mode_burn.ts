import { calibrate } from "./burn_loop.ts";
import { keptConnections, newConnections } from "./clients.ts";
import { type Command, handler, MODES, sluice } from "./commands.ts";
import { type Cost, inSlices, type Load, overall, warmUp } from "./load.ts";
import { median, type Row } from "./table.ts";
import { watchOthers } from "./others.ts";
import { startTarget, type Target } from "./target.ts";
import { within } from "./within.ts";

const BURN_MS = 5;
const CLIENTS = 8;
const QUIET_ROUNDS = 3;
const MOST_ROUNDS = 10;
/** Processors busy with other work, up to which a round is quiet. */
const QUIET = 0.15;
const SLICE_MS = 400;
const WARMUP_MS = 300;
const WORKER_LIMIT = 10_000;
const AIM = "at least 1.8";
const REQUEST = new TextEncoder().encode("x\n");

type Slice = Pick<Cost, "rate" | "others">;

/** A server, and how many clients it has at a time. */
interface Rival {
  readonly command: Command;
  readonly clients: number;
}

/** With two threads, of which each has one client at a time, the others wait for their turn. */
const TURN_RIVALS: Readonly<Record<string, Rival>> = {
  async: { command: MODES.async, clients: CLIENTS },
  pooled: { command: MODES.pooled, clients: CLIENTS },
  threaded: { command: threaded(2), clients: CLIENTS },
  forked: { command: MODES.forked, clients: CLIENTS },
};

/** Two threads have two clients, for as long as these stay. */
const KEPT_RIVALS: Readonly<Record<string, Rival>> = {
  ...TURN_RIVALS,
  threaded: { command: threaded(2), clients: 2 },
};

/**
 * Requests a second where each needs 5 ms of the processor. What two processors
 * can do at best, on this machine at this time, is what two bare threads do.
 */
export async function* modeBurn(): AsyncGenerator<Row> {
  const rounds = calibrate(BURN_MS);
  yield [`${BURN_MS} ms of CPU a request, ${CLIENTS} clients`, "requests/s", "to async", "aim"];
  yield* compareBareThreads(rounds);
  yield ["  a connection for each request:"];
  yield* compare(
    TURN_RIVALS,
    rounds,
    (target, clients) => newConnections(target, clients, REQUEST),
  );
  yield [`  ${CLIENTS} connections that are kept, threaded 2:`];
  yield* compare(
    KEPT_RIVALS,
    rounds,
    (target, clients) => keptConnections(target, clients, REQUEST),
  );
}

function threaded(threads: number): Command {
  const count = String(threads);
  return [
    ...MODES.threaded,
    "--min-threads",
    count,
    "--max-threads",
    count,
    "--spare-threads",
    "0",
  ];
}

async function* compare(
  rivals: Readonly<Record<string, Rival>>,
  rounds: number,
  open: (target: Target, clients: number) => Load | Promise<Load>,
): AsyncGenerator<Row> {
  await using stack = new AsyncDisposableStack();
  const loads: Load[] = [];
  for (const { command: mode, clients } of Object.values(rivals)) {
    const command = sluice(mode, handler("./burn_handler.ts"));
    const target = stack.use(await startTarget(command, { BURN_ROUNDS: String(rounds) }));
    loads.push(stack.use(await open(target, clients)));
  }
  await warmUp(loads, WARMUP_MS);
  const { rates, others } = await quietRounds(async () =>
    (await inSlices(loads, 1, SLICE_MS)).map(overall)
  );
  const [base = NaN] = rates;
  for (const [i, name] of Object.keys(rivals).entries()) {
    const rate = rates[i] ?? NaN;
    const verdict = i === 0 ? ["1"] : [(rate / base).toFixed(2), AIM];
    yield [`    ${name}`, rate.toFixed(0), ...verdict];
  }
  if (others > QUIET) yield ["    (not quiet: processors of others)", others.toFixed(2)];
}

async function* compareBareThreads(rounds: number): AsyncGenerator<Row> {
  using first = new BareThread();
  using second = new BareThread();
  const measure = async (threads: readonly BareThread[]): Promise<Slice> => {
    const others = watchOthers();
    const counts = await Promise.all(threads.map((thread) => thread.run(rounds, SLICE_MS)));
    return { rate: counts.reduce((sum, count) => sum + count, 0), others: others() };
  };
  const { rates: [one = NaN, both = NaN], others } = await quietRounds(async () => [
    await measure([first]),
    await measure([first, second]),
  ]);
  yield ["  bare threads: 2 to 1", "", (both / one).toFixed(2), others > QUIET ? "not quiet" : ""];
}

/**
 * Measures until enough rounds are quiet, but not for ever: other work leaves
 * less to two threads than it leaves to one.
 *
 * @returns The rate of each in the quietest rounds, and the other work in the loudest of these.
 */
async function quietRounds(
  measure: () => Promise<readonly Slice[]>,
): Promise<{ rates: number[]; others: number }> {
  const rounds: { slices: readonly Slice[]; others: number }[] = [];
  const countQuiet = () => rounds.filter(({ others }) => others <= QUIET).length;
  while (rounds.length < MOST_ROUNDS && countQuiet() < QUIET_ROUNDS) {
    const slices = await measure();
    rounds.push({ slices, others: Math.max(...slices.map(({ others }) => others)) });
  }
  const best = rounds.toSorted((a, b) => a.others - b.others).slice(0, QUIET_ROUNDS);
  const [first] = best;
  const rates = first?.slices.map((_, i) =>
    median(best.map(({ slices }) => slices[i]?.rate ?? NaN))
  );
  return { rates: rates ?? [], others: best.at(-1)?.others ?? NaN };
}

class BareThread implements Disposable {
  readonly #worker = new Worker(import.meta.resolve("./burn_worker.ts"), { type: "module" });

  /** Burns for so many milliseconds; how often. */
  async run(rounds: number, duration: number): Promise<number> {
    const answer = Promise.withResolvers<number>();
    this.#worker.onmessage = ({ data }: MessageEvent<number>) => answer.resolve(data);
    this.#worker.postMessage({ rounds, duration });
    return await within(duration + WORKER_LIMIT, "a bare thread", answer.promise);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}
