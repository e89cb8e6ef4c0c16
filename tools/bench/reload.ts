import { delay } from "@std/async/delay";
import { MODES } from "../../src/modes/registry.ts";
import type { Context } from "./comparison.ts";
import { type OpenLoad, startOpenLoad } from "./open_client.ts";
import { HERE, type Server, sluice, startServer, WORKERS } from "./servers.ts";
import { print } from "./table.ts";

const HANDLER = new URL("programs/fetch_handler.ts", import.meta.url).pathname;
/** Requests per second, on persistent connections that take turns. */
const RATE = 400;
const CONNECTIONS = 16;
/** The server is warm, with a thread for each client, after a second of responses within this time. */
const PROMPT_MS = 25;
const WARMUP_LIMIT_MS = 30_000;
/** Reloads of each server, and the time from one to the next in milliseconds. */
const RELOADS = 2;
const INTERVAL_MS = 3000;

/** Requests without a response, and the latencies of the others in milliseconds. */
interface Outcome {
  readonly losses: readonly string[];
  readonly latencies: readonly number[];
}

/** Measures what clients notice of a reload: lost requests, and latencies in the open model. */
export async function reload({ pairs, against, extra }: Context): Promise<void> {
  const checkouts = against === null ? [HERE] : [HERE, against];
  print(`\nReload under ${RATE} requests/s on ${CONNECTIONS} connections`);
  print(`  ${pairs} new processes in turn, ${RELOADS} reloads of each; latencies in ms`);
  for (const mode of Object.keys(MODES)) {
    const options = ["--mode", mode, "--workers", String(WORKERS), "--handler", HANDLER, ...extra];
    const servers = checkouts.map((checkout) => sluice(checkout, options));
    const outcomes: Outcome[][] = servers.map(() => []);
    for (let pair = 0; pair < pairs; pair++) {
      for (const [i, server] of servers.entries()) outcomes[i]?.push(await reloadUnderLoad(server));
    }
    servers.forEach(({ name }, i) => printOutcome(name, outcomes[i] ?? []));
  }
}

async function reloadUnderLoad(server: Server): Promise<Outcome> {
  await using running = await startServer(server);
  const load = startOpenLoad({ port: running.port, rate: RATE, connections: CONNECTIONS });
  await warm(load);
  const before = load.latencies.length;
  for (let i = 0; i < RELOADS; i++) {
    running.signal("SIGHUP");
    await delay(INTERVAL_MS);
  }
  await load.stop();
  running.check();
  return { losses: load.losses, latencies: load.latencies.slice(before) };
}

async function warm({ latencies }: OpenLoad): Promise<void> {
  const isWarm = () => latencies.length > RATE && Math.max(...latencies.slice(-RATE)) < PROMPT_MS;
  const limit = performance.now() + WARMUP_LIMIT_MS;
  do await delay(1000); while (!isWarm() && performance.now() < limit);
}

function printOutcome(name: string, outcomes: readonly Outcome[]): void {
  const losses = outcomes.flatMap((outcome) => outcome.losses);
  const sorted = outcomes.flatMap((outcome) => outcome.latencies).sort((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN).toFixed(1);
  const count = sorted.length + losses.length;
  const load = Deno.loadavg()[0]?.toFixed(1);
  print(`  ${name}`);
  print(
    `    ${losses.length} of ${count} lost, p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, ` +
      `max ${at(1)}, load ${load}`,
  );
  for (const loss of losses.slice(0, 3)) print(`    ${loss}`);
}
