/** Sluice as a TCP balancer, compared with others in front of the same backend. */
import { SEMI_SPACE } from "../semi_space.ts";
import { compare, type Comparison, type Context, type Rival } from "./comparison.ts";
import { echoWork, generator } from "./generator.ts";
import { growth } from "./idle.ts";
import { printIdle } from "./idle_proxied.ts";
import { haproxyTcp, nginxStream } from "./proxies.ts";
import { HERE, sluice, startServer, withV8Flags } from "./servers.ts";
import { print } from "./table.ts";

const CONNECTIONS = 64;
const CHURNING = 32;
const STREAMS = 4;
/** Bytes of a message that streams. */
const LARGE = 1024 ** 2;
const IDLE = 5000;
/** Messages per second over idle connections, one on each. */
const RATE = 2500;
/** HAProxy and nginx write no log, either. */
const QUIET = ["--log-level", "warning"];
const TWO_THREADS = ["--mode", "pooled", "--workers", "2"];
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
  const rivals = (threads: number, aims: Partial<Rival>) => [
    { server: haproxyTcp(backend, threads), ...aims },
    { server: nginxStream(backend, threads) },
  ];
  const common = { options: ours(backend), slices: 4, duration: 1000, warmup: 1000 };
  const messages = { ...common, unit: "message", load: generator(echoWork(CONNECTIONS)) };
  // New code is slow for tens of thousands of connections.
  const churn = generator({ ...echoWork(CHURNING), closing: true });
  const connections = { ...common, unit: "connection", load: churn, warmup: 6000 };
  const logged = { options: withLog(backend), note: ", the same with its log" };
  return [{
    ...messages,
    title: `Messages of 64 bytes through a proxy over ${CONNECTIONS} persistent connections`,
    rivals: rivals(1, AIMS.messages),
  }, {
    ...common,
    title: `Messages of 1 MB through a proxy and back over ${STREAMS} persistent connections`,
    unit: "message",
    load: generator(echoWork(STREAMS, LARGE)),
    rivals: rivals(1, AIMS.streams),
  }, {
    ...connections,
    title: `A connection for each message through a proxy, ${CHURNING} at a time`,
    rivals: [...rivals(1, AIMS.connections), logged],
  }, {
    ...messages,
    options: [...ours(backend), ...TWO_THREADS],
    title: `Messages of 64 bytes over ${CONNECTIONS} connections, through two threads`,
    rivals: rivals(2, AIMS.messages),
  }, {
    ...connections,
    options: [...ours(backend), ...TWO_THREADS],
    title: `A connection for each message, ${CHURNING} at a time, through two threads`,
    rivals: rivals(2, AIMS.connections),
  }];
}

/** The options of Sluice as a balancer in front of a backend. */
function ours(backend: number): readonly string[] {
  return [...withLog(backend), ...QUIET];
}

function withLog(backend: number): readonly string[] {
  const upstream = ["--service", "proxy", "--upstream", `127.0.0.1:${backend}`];
  return [...upstream, "--max-connections", String(ROOM)];
}

function idleProxied(backend: number, { pairs, against, extra }: Context): Promise<void> {
  const own = (checkout: string) => sluice(checkout, [...ours(backend), ...extra]);
  const rivals = against === null
    ? [withV8Flags(own(HERE), SEMI_SPACE), haproxyTcp(backend, 1), nginxStream(backend, 1)]
    : [own(against)];
  print(`\n${IDLE} idle connections through a proxy, after a message on each: resident memory`);
  return printIdle([own(HERE), ...rivals], {
    clients: IDLE,
    pairs,
    aim: "at most 24",
    grow: (running) => growth(running, echoWork(IDLE), RATE),
  });
}
