import { delay } from "@std/async/delay";
import { denoListen } from "../../src/bench/peers/deno.ts";
import type { Context } from "./comparison.ts";
import { echoWork, runGenerator } from "./generator.ts";
import { inTurn } from "./pairs.ts";
import { HERE, type RunningServer, type Server, sluice, startServer } from "./servers.ts";
import { print, printHead, printRow } from "./table.ts";

const CONNECTIONS = 10_000;
/** Connections that a server has served before the second figure, in batches. */
const EARLIER = [2500, 2500, 2500, 2500];
/** Messages per second, one on each connection in turn. */
const RATE = 5000;
/** Time for the server to close the connections of a batch, in milliseconds. */
const SETTLE_MS = 500;

/**
 * Measures the memory of an idle connection. A new server also grows by the heap of
 * the runtime, once; the second figure leaves most of that out.
 */
export async function idle({ pairs, against, extra }: Context): Promise<void> {
  const options = ["--service", "echo", ...extra];
  const rival = against === null ? denoListen : sluice(against, options);
  const servers = [sluice(HERE, options), rival] as const;
  print(`\n${CONNECTIONS} idle connections, after one echo on each: resident memory`);
  printHead(servers, pairs, "one after the other");
  const first = await inTurn(servers, pairs, (server) => measure(server, []));
  printRow("KB each, on a new server", first, 2);
  const later = await inTurn(servers, pairs, (server) => measure(server, EARLIER));
  printRow("KB each, after others", later, 2, "A at most 5");
}

/** The growth of a server per connection, in KB. */
async function measure(server: Server, earlier: readonly number[]): Promise<number> {
  await using running = await startServer(server);
  for (const connections of earlier) {
    await growth(running, connections);
    await delay(SETTLE_MS);
  }
  return await growth(running, CONNECTIONS) / CONNECTIONS / 1024;
}

/** The growth of a server with a number of connections, in bytes. */
async function growth(server: RunningServer, connections: number): Promise<number> {
  const before = server.memory();
  let after = before;
  const work = { ...echoWork(connections), rate: RATE, duration: connections / RATE * 1000 };
  await runGenerator(server, work, ({ phase }) => {
    if (phase === "finishing") after = server.memory();
  });
  server.check();
  return after - before;
}
