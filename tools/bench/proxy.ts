/** Sluice as a TCP proxy, compared with others in front of the same backend. */
import { delay } from "@std/async/delay";
import { compare, type Comparison, type Context } from "./comparison.ts";
import { echoWork, generator } from "./generator.ts";
import { growth } from "./idle.ts";
import { haproxyTcp, nginxStream } from "./proxies.ts";
import { HERE, type Server, sluice, startServer } from "./servers.ts";
import { print, printFigure } from "./table.ts";

const HANDLER = `${HERE}/tools/bench/programs/relay_handler.ts`;
const CONNECTIONS = 64;
const CHURNING = 32;
const STREAMS = 4;
/** Bytes of a message that streams. */
const LARGE = 1024 ** 2;
const IDLE = 5000;
/** Messages per second over idle connections, one on each. */
const RATE = 2500;
/** Time for the proxy to close the connections, in milliseconds. */
const SETTLE_MS = 1000;
/** HAProxy and nginx write no log, either. */
const QUIET = ["--log-level", "warning"];
/** Idle connections of a proxy have two sockets each; the others are turned away. */
const ROOM = 2 * IDLE;

const AIMS = {
  messages: { cpuAim: "at most 1.4" },
  streams: { rateAim: "at least 0.7" },
  connections: { cpuAim: "at most 2" },
};

export async function proxy(context: Context): Promise<void> {
  const echo = sluice(HERE, ["--service", "echo", "--max-connections", String(ROOM)]);
  await using backend = await startServer(echo);
  for (const comparison of comparisons(backend.port)) await compare(comparison, context);
  await idleProxied(backend.port, context);
}

function comparisons(backend: number): readonly Comparison[] {
  const rivals = (aims: typeof AIMS[keyof typeof AIMS]) => [
    { server: haproxyTcp(backend), ...aims },
    { server: nginxStream(backend) },
  ];
  const common = { ...ours(backend), slices: 4, duration: 1000, warmup: 1000 };
  return [{
    ...common,
    title: `Messages of 64 bytes through a proxy over ${CONNECTIONS} persistent connections`,
    unit: "message",
    load: generator(echoWork(CONNECTIONS)),
    rivals: rivals(AIMS.messages),
  }, {
    ...common,
    title: `Messages of 1 MB through a proxy and back over ${STREAMS} persistent connections`,
    unit: "message",
    load: generator(echoWork(STREAMS, LARGE)),
    rivals: rivals(AIMS.streams),
  }, {
    ...common,
    title: `A connection for each message through a proxy, ${CHURNING} at a time`,
    unit: "connection",
    load: generator({ ...echoWork(CHURNING), closing: true }),
    // New code is slow for tens of thousands of connections.
    warmup: 6000,
    rivals: rivals(AIMS.connections),
  }];
}

/** How Sluice is told to be a proxy in front of a backend. */
function ours(backend: number): Pick<Comparison, "options" | "env"> {
  return {
    options: ["--handler", HANDLER, "--max-connections", String(ROOM), ...QUIET],
    env: { BACKEND_PORT: String(backend) },
  };
}

async function idleProxied(
  backend: number,
  { pairs, against, extra }: Context,
): Promise<void> {
  const { options, env } = ours(backend);
  const own = (checkout: string) => sluice(checkout, [...options, ...extra], env);
  const rivals = against === null ? [haproxyTcp(backend), nginxStream(backend)] : [own(against)];
  print(`\n${IDLE} idle connections through a proxy, after a message on each: resident memory`);
  print(`  ${pairs} new processes each; KB per client: median, lowest..highest; at most 24`);
  for (const server of [own(HERE), ...rivals]) {
    const found = await server.find?.();
    if (found !== undefined && "reason" in found) print(`  No ${server.name}: ${found.reason}`);
    else await printIdle(server, pairs);
  }
}

/** A new server also grows by the heap of the runtime, once. */
async function printIdle(server: Server, pairs: number): Promise<void> {
  const [first, later]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    await using running = await startServer(server, ROOM);
    for (const figures of [first, later]) {
      figures.push(await growth(running, echoWork(IDLE), RATE) / IDLE / 1024);
      await delay(SETTLE_MS);
    }
  }
  printFigure(`${server.name}, new`, first);
  printFigure(`${server.name}, after as many before`, later);
}
