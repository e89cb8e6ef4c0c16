/** Sluice as an HTTP balancer, compared with others in front of the same backend. */
import { locate } from "../../src/bench/peers/program.ts";
import { SEMI_SPACE } from "../semi_space.ts";
import { addedLatency } from "./added_latency.ts";
import type { Context } from "./comparison.ts";
import { type Contest, printContest } from "./contest.ts";
import { generator, getWork } from "./generator.ts";
import { backend, haproxyHttp, LARGE, nginxProxy, nodeProxy } from "./http_proxies.ts";
import { printIdle } from "./idle_proxied.ts";
import {
  HERE,
  type RunningServer,
  type Server,
  sluice,
  startServer,
  withV8Flags,
  WORKERS,
} from "./servers.ts";
import { print } from "./table.ts";
import { checkEcho, growthByWebSockets, webSocketBackend } from "./websockets.ts";
import { wrk } from "./wrk.ts";

const CONNECTIONS = 64;
/** Requests per second, of which every proxy can do twice as many. */
const RATE = 8000;
const STREAMS = 8;
const IDLE = 5000;
/** A WebSocket has a connection on each side; others are turned away. */
const ROOM = 2 * IDLE;
const SCHEDULE = { slices: 3, duration: 1000, warmup: 2000 };

/** The groups of measurements, by name. */
export const PROXY_HTTP_GROUPS: Readonly<Record<string, (context: Context) => Promise<void>>> = {
  proxy_http_requests: (context) => contest((port) => requests(port, 1), context),
  proxy_http_threads: (context) => contest((port) => requests(port, WORKERS), context),
  proxy_http_paced: (context) => contest(paced, context),
  proxy_http_downloads: (context) => contest(downloads, context),
  proxy_http_uploads: (context) => contest(uploads, context),
  proxy_http_latency: latency,
  proxy_http_websockets: websockets,
};

/** The options of Sluice in front of a backend. The others write no log, either. */
function ours(port: number): readonly string[] {
  const upstream = ["--service", "proxy", "--protocol", "http", "--upstream", `127.0.0.1:${port}`];
  return [...upstream, "--max-connections", String(ROOM), "--log-level", "warning"];
}

async function contest(contestOf: (port: number) => Contest, context: Context): Promise<void> {
  if (locate("wrk") === null) return print("\nAs an HTTP proxy: wrk is not installed");
  await using running = await startServer(backend, ROOM);
  await printContest(contestOf(running.port), context);
}

function requests(port: number, workers: number): Contest {
  const [haproxy, node] = [haproxyHttp(port, workers), nodeProxy(port)];
  const threads = workers === 1 ? [] : ["--mode", "pooled", "--workers", String(workers)];
  const by = workers === 1 ? "one thread" : `${workers} threads`;
  return {
    ...SCHEDULE,
    title: `GET / through a proxy over ${CONNECTIONS} persistent connections, ${by} each, by wrk`,
    unit: "request",
    options: [...ours(port), ...threads],
    load: wrk({ connections: CONNECTIONS }),
    rivals: [haproxy, nginxProxy(port, workers), node],
    figure: "cpu",
    yardsticks: [
      { server: haproxy, name: "HAProxy", aim: "at most 1.6" },
      { server: node, name: "Node", aim: "less than 0.5" },
    ],
  };
}

/** At the same rate, no server saves by doing much at a time, which only a busy one can. */
function paced(port: number): Contest {
  const contest = requests(port, 1);
  return {
    ...contest,
    title:
      `GET / through a proxy, ${RATE} requests a second, ${CONNECTIONS} connections, one thread`,
    load: generator(getWork("/", CONNECTIONS), RATE),
  };
}

function downloads(port: number): Contest {
  return {
    ...bodies(port),
    title: `GET of ${LARGE} bytes through a proxy over ${STREAMS} persistent connections, by wrk`,
    unit: "response",
    load: wrk({ connections: STREAMS, path: "/large" }),
  };
}

function uploads(port: number): Contest {
  return {
    ...bodies(port),
    title: `POST of ${LARGE} bytes through a proxy over ${STREAMS} persistent connections, by wrk`,
    unit: "request",
    load: wrk({ connections: STREAMS, path: "/upload", body: LARGE }),
  };
}

function bodies(port: number): Pick<Contest, Exclude<keyof Contest, "title" | "unit" | "load">> {
  const haproxy = haproxyHttp(port, 1);
  return {
    ...SCHEDULE,
    options: [...ours(port), "--max-body-size", String(2 * LARGE)],
    rivals: [haproxy, nginxProxy(port, 1), nodeProxy(port)],
    figure: "rate",
    yardsticks: [{ server: haproxy, name: "HAProxy", aim: "at least 0.7" }],
  };
}

async function latency(context: Context): Promise<void> {
  await using running = await startServer(backend, ROOM);
  const { port } = running;
  await addedLatency(running, CONNECTIONS, subjectsOf(running, context, ours(port)), context.pairs);
}

async function websockets(context: Context): Promise<void> {
  await using running = await startServer(webSocketBackend(ROOM), ROOM);
  const options = ours(running.port);
  const own = sluice(HERE, [...options, ...context.extra]);
  const subjects = subjectsOf(running, context, options);
  const bounded = context.against === null ? [withV8Flags(own, SEMI_SPACE)] : [];
  print(`\n${IDLE} idle WebSockets through a proxy: resident memory`);
  await printIdle([...bounded, ...subjects], {
    clients: IDLE,
    pairs: context.pairs,
    aim: "at most 40",
    async grow(proxy) {
      await checkEcho(proxy.port);
      return await growthByWebSockets(proxy, IDLE);
    },
  });
}

/** Sluice and the others, or both checkouts. */
function subjectsOf(
  { port }: RunningServer,
  { against, extra }: Context,
  options: readonly string[],
): readonly Server[] {
  const own = sluice(HERE, [...options, ...extra]);
  if (against !== null) return [own, sluice(against, [...options, ...extra])];
  return [own, haproxyHttp(port, 1), nginxProxy(port, 1), nodeProxy(port)];
}
