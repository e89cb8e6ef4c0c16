import { calibrate } from "./burn_loop.ts";
import { keptConnections, newConnections } from "./clients.ts";
import { handler, MODES, sluice } from "./commands.ts";
import { type Cost, inSlices, type Load, warmUp } from "./load.ts";
import { median, type Row } from "./table.ts";
import { watchOthers } from "./others.ts";
import { startTarget } from "./target.ts";
import { within } from "./within.ts";

const BURN_MS = 5;
const CLIENTS = 8;
const SLICES = 6;
const QUIETEST = 3;
const SLICE_MS = 400;
const WARMUP_MS = 300;
const WORKER_LIMIT = 10_000;
const AIM = "at least 1.8";
const REQUEST = new TextEncoder().encode("x\n");

type Slice = Pick<Cost, "rate" | "others">;

const RIVALS = {
  async: MODES.async,
  pooled: MODES.pooled,
  threaded: [...MODES.threaded, "--min-threads", "2", "--max-threads", "2", "--spare-threads", "0"],
  forked: MODES.forked,
};

/**
 * Requests a second where each needs 5 ms of the processor. What two processors
 * can do at best, on this machine at this time, is what two bare threads do.
 */
export async function* modeBurn(): AsyncGenerator<Row> {
  const rounds = calibrate(BURN_MS);
  yield [`${BURN_MS} ms of CPU a request, ${CLIENTS} clients`, "requests/s", "to async", "aim"];
  yield ["  bare threads: 2 to 1", "", await compareBareThreads(rounds)];
  await using stack = new AsyncDisposableStack();
  const servers = [];
  for (const [name, mode] of Object.entries(RIVALS)) {
    const command = sluice(mode, handler("./burn_handler.ts"));
    const target = stack.use(await startTarget(command, { BURN_ROUNDS: String(rounds) }));
    servers.push({ name, target });
  }
  yield ["  a connection for each request:"];
  yield* compare(servers.map(({ name, target }) => ({
    name,
    load: newConnections(target, CLIENTS, REQUEST),
  })));
  yield [`  ${CLIENTS} connections, kept (more than 2 threads):`];
  const many = [];
  for (const { name, target } of servers) {
    if (name === "threaded") continue;
    many.push({ name, load: stack.use(await keptConnections(target, CLIENTS, REQUEST)) });
  }
  yield* compare(many);
}

async function* compare(
  rivals: readonly { readonly name: string; readonly load: Load }[],
): AsyncGenerator<Row> {
  const loads = rivals.map(({ load }) => load);
  await warmUp(loads, WARMUP_MS);
  const found = await inSlices(loads, SLICES, SLICE_MS);
  const base = undisturbed(found[0] ?? []);
  for (const [i, { name }] of rivals.entries()) {
    const ours = undisturbed(found[i] ?? []);
    const ratio = (ours / base).toFixed(2);
    yield [`    ${name}`, ours.toFixed(0), i === 0 ? "1" : ratio, i === 0 ? "" : AIM];
  }
}

async function compareBareThreads(rounds: number): Promise<string> {
  using first = new BareThread();
  using second = new BareThread();
  const measure = async (threads: readonly BareThread[]): Promise<Slice> => {
    const others = watchOthers();
    const counts = await Promise.all(threads.map((thread) => thread.run(rounds, SLICE_MS)));
    return { rate: counts.reduce((sum, count) => sum + count, 0), others: others() };
  };
  const alone: Slice[] = [];
  const both: Slice[] = [];
  for (let slice = 0; slice < SLICES; slice++) {
    alone.push(await measure([first]));
    both.push(await measure([first, second]));
  }
  return (undisturbed(both) / undisturbed(alone)).toFixed(2);
}

/** The rate in those slices in which other work troubled the least. */
function undisturbed(slices: readonly Slice[]): number {
  return median(
    slices.toSorted((a, b) => a.others - b.others).slice(0, QUIETEST).map(({ rate }) => rate),
  );
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
