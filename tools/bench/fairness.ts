import { denoServe, denoServeParallel } from "../../src/bench/peers/deno.ts";
import type { Context } from "./comparison.ts";
import { HERE, type Server, sluice, startServer, WORKERS } from "./servers.ts";
import { measureSpread, type Spread } from "./spread.ts";
import { median, print } from "./table.ts";

const CLIENTS = [64, 256, 512, 1000, 4000];
const PHASES = { warmup: 500, duration: 2000 };
/** A server that is full would refuse some. */
const ROOM = 8000;

/** One measurement of one server. */
interface Run extends Spread {
  /** CPU time of the server, in microseconds per answer. */
  readonly cpu: number;
}

/**
 * Measures how evenly many busy clients are served: the answers to each, in the run of
 * several in which the slowest was worst off, and the latencies of that run.
 */
export async function fairness({ pairs, against, extra }: Context): Promise<void> {
  const options = ["--service", "http", "--max-connections", String(ROOM), ...extra];
  const workers = ["--workers", String(WORKERS)];
  const servers = against === null
    ? [
      denoServe,
      denoServeParallel(WORKERS),
      sluice(HERE, [...options, "--mode", "async"]),
      sluice(HERE, [...options, "--mode", "pooled", ...workers]),
      sluice(HERE, [...options, "--mode", "forked", ...workers]),
    ]
    : [sluice(HERE, options), sluice(against, options)];
  print(`\nBusy clients, each with a connection, for ${PHASES.duration} ms: answers to each`);
  print(
    `  The worst of ${pairs} new processes; latencies in ms. Medians: p99.9:p50, CPU in us per answer`,
  );
  for (const server of servers) {
    print(`  ${server.name}`);
    print(
      "    clients  fewest/median/most  fewest:median     p50    p99.9     max  p99.9:p50     CPU",
    );
    for (const clients of CLIENTS) {
      const runs = [];
      for (let i = 0; i < pairs; i++) runs.push(await measure(server, clients));
      print(`    ${row(clients, runs)}`);
    }
  }
}

async function measure(server: Server, clients: number): Promise<Run> {
  await using running = await startServer(server, clients);
  let cpu = 0;
  const onPhase = () => cpu = running.cpu() - cpu;
  const spread = await measureSpread({ ...PHASES, port: running.port, clients, onPhase });
  running.check();
  return { ...spread, cpu: cpu / spread.answers };
}

function row(clients: number, runs: readonly Run[]): string {
  const [worst] = runs.toSorted((a, b) => a.fewest / a.median - b.fewest / b.median);
  if (worst === undefined) throw new Error("Nothing was measured");
  const tail = median(runs.map(({ p50, p999 }) => p999 / p50));
  const cpu = median(runs.map((run) => run.cpu));
  const cells = [
    `${worst.fewest}/${worst.median}/${worst.most}`.padStart(18),
    (worst.fewest / worst.median).toFixed(2).padStart(13),
    ...[worst.p50, worst.p999, worst.max].map((value) => value.toFixed(1).padStart(6)),
    tail.toFixed(1).padStart(9),
    cpu.toFixed(1).padStart(6),
  ];
  return [String(clients).padStart(7), ...cells].join("  ");
}
