import { refuseFailed, startersOf } from "./contest.ts";
import { getWork, runGenerator, type Work } from "./generator.ts";
import { type RunningServer, type Server, startServer } from "./servers.ts";
import { median, print } from "./table.ts";

/** Milliseconds of each load. */
const WARMUP = 2000;
const FULL = 1000;
const HALF = 2000;
const WIDTH = 12;

/** Latencies in microseconds. */
interface Run {
  /** Requests per second: half of what the proxy can do. */
  readonly rate: number;
  readonly direct: number;
  readonly through: number;
}

/**
 * Measures how much later half of the responses come through a proxy than from the backend itself,
 * both under half of the load at which the proxy is busy, and prints it for each proxy.
 *
 * @throws {Error} If a proxy does not start, after all others have been measured.
 */
export async function addedLatency(
  backend: RunningServer,
  connections: number,
  candidates: readonly Server[],
  pairs: number,
): Promise<void> {
  const work = getWork("/", connections);
  print(
    `\nGET / through a proxy at half of its highest rate, ${connections} persistent connections`,
  );
  const { servers, failed } = await startersOf(candidates);
  print(`  Latency in us: medians of ${pairs} new processes; added to p50: at most 150`);
  const heads = ["requests/s", "direct", "through", "added", "range"];
  print(`${heads.map((head) => head.padStart(WIDTH)).join("")}  server`);
  const runs: Run[][] = servers.map(() => []);
  for (let pair = 0; pair < pairs; pair++) {
    for (const [i, server] of servers.entries()) {
      runs[i]?.push(await measure(server, backend, work));
    }
  }
  for (const [i, server] of servers.entries()) printRun(server, runs[i] ?? []);
  refuseFailed(failed);
}

async function measure(server: Server, backend: RunningServer, work: Work): Promise<Run> {
  await using running = await startServer(server, work.connections);
  await load(running, work, WARMUP, null);
  const { requests, seconds } = await load(running, work, FULL, null);
  const rate = requests / seconds / 2;
  const through = await p50(running, work, rate);
  const direct = await p50(backend, work, rate);
  running.check();
  return { rate, direct, through };
}

/** Half of the responses come within this many microseconds of the time when they were due. */
async function p50(server: RunningServer, work: Work, rate: number): Promise<number> {
  const { latency } = await load(server, work, HALF, rate);
  return (latency?.p50 ?? NaN) * 1000;
}

function load(server: RunningServer, work: Work, duration: number, rate: number | null) {
  return runGenerator(server, { ...work, duration, rate }, () => {});
}

function printRun(server: Server, runs: readonly Run[]): void {
  const added = runs.map(({ through, direct }) => through - direct);
  const cells = [
    ...[runs.map(({ rate }) => rate), runs.map(({ direct }) => direct)],
    ...[runs.map(({ through }) => through), added],
  ].map((values) => median(values).toFixed(0));
  const range = `${Math.min(...added).toFixed(0)}..${Math.max(...added).toFixed(0)}`;
  print(`${[...cells, range].map((cell) => cell.padStart(WIDTH)).join("")}  ${server.name}`);
}
