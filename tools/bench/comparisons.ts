/** The comparisons: Sluice, the load, and the rivals. */
import { denoListen, denoServe, denoServeParallel } from "../../src/bench/peers/deno.ts";
import { nginx } from "../../src/bench/peers/nginx.ts";
import { nodeHttp } from "../../src/bench/peers/node.ts";
import { ab } from "./ab.ts";
import type { Comparison, Rival } from "./comparison.ts";
import { echoWork, generator, getWork } from "./generator.ts";
import { type Server, WORKERS } from "./servers.ts";
import { wrk } from "./wrk.ts";

const CONNECTIONS = 64;
/** Milliseconds until the code for a request is compiled. */
const WARMUP = 1000;
const PIPELINED = 16;
const PROGRAMS = new URL("programs/", import.meta.url).pathname;
/** Options of the built-in HTTP service. */
export const HTTP_OPTIONS = ["--service", "http"];
const LAB = [...HTTP_OPTIONS, "--lab"];

/** The simplest load of HTTP. */
export const HTTP_GET: Comparison = {
  title: `GET / over ${CONNECTIONS} persistent connections, by wrk`,
  unit: "request",
  options: HTTP_OPTIONS,
  load: wrk({ connections: CONNECTIONS }),
  slices: 4,
  duration: 1000,
  warmup: WARMUP,
  rivals: [],
};

/** Deno's own HTTP server, with a program of the folder `programs/`. */
function denoServeProgram(name: string, program: string): Server {
  return {
    name,
    prepare: ({ port }) => {
      const options = ["--quiet", "--allow-all", "--no-check", "--host", "127.0.0.1"];
      const args = ["serve", ...options, "--port", String(port), `${PROGRAMS}${program}`];
      return Promise.resolve({ command: [Deno.execPath(), ...args], env: {} });
    },
  };
}

/** A handler of the folder `programs/`, compared with the built-in route and others. */
function handlerCase(name: string, program: string, ...rivals: readonly Rival[]): Comparison {
  return {
    ...HTTP_GET,
    title: `${HTTP_GET.title}, from a handler with fetch: ${name}`,
    options: ["--handler", `${PROGRAMS}${program}`],
    rivals,
  };
}

/** Echo, compared with a bare loop of read and write. */
export const ECHO: Comparison = {
  title: `Echo of 64 bytes over ${CONNECTIONS} persistent connections`,
  unit: "message",
  options: ["--service", "echo"],
  load: generator(echoWork(CONNECTIONS)),
  slices: 6,
  duration: 500,
  warmup: WARMUP,
  rivals: [{ server: denoListen, cpuAim: "at most 1.05" }],
};

/** The comparisons of HTTP, by group. */
export const HTTP_GROUPS: Readonly<Record<string, readonly Comparison[]>> = {
  http_requests: [{
    ...HTTP_GET,
    rivals: [
      { server: nginx(1), cpuAim: "at most 1.15" },
      { server: denoServe, cpuAim: "at most 1.18" },
      { server: nodeHttp },
    ],
  }, {
    ...HTTP_GET,
    options: [...HTTP_OPTIONS, "--mode", "pooled", "--workers", String(WORKERS)],
    rivals: [{ server: denoServeParallel(WORKERS), cpuAim: "at most 1.2" }],
  }],
  http_fetch: [
    handlerCase("a fixed text", "fetch_handler.ts", {
      options: HTTP_OPTIONS,
      cpuAim: "at most 1.15",
    }),
    handlerCase("a field, later", "async_handler.ts", {
      options: HTTP_OPTIONS,
      cpuAim: "at most 1.3",
    }),
    handlerCase(
      "Hono",
      "hono.ts",
      { options: HTTP_OPTIONS },
      { server: denoServeProgram("deno serve, Hono", "hono.ts"), cpuAim: "at most 1.25" },
    ),
  ],
  http_pipelining: [{
    ...HTTP_GET,
    title: `${HTTP_GET.title}, ${PIPELINED} requests at once`,
    load: wrk({ connections: CONNECTIONS, pipelined: PIPELINED }),
    rivals: [{ load: HTTP_GET.load, note: ", one request at a time", rateAim: "at least 3" }],
  }],
  http_connections: [{
    ...HTTP_GET,
    title: `GET / from ${CONNECTIONS} clients, a new connection for each request, by wrk`,
    load: wrk({ connections: CONNECTIONS, close: true }),
    rivals: [{ server: nodeHttp, rateAim: "at least 1" }],
  }],
  http_threads: [{
    ...HTTP_GET,
    title: "GET / from 32 clients, a new connection for each request, by wrk",
    options: [...HTTP_OPTIONS, "--mode", "threaded"],
    load: wrk({ connections: 32, close: true }),
    rivals: [{ options: HTTP_OPTIONS, cpuAim: "at most 3" }],
  }],
  http_bodies: [{
    ...HTTP_GET,
    title: "POST of 1 MB, echoed, over 8 persistent connections, by wrk",
    load: wrk({ connections: 8, path: "/echo", body: 1024 ** 2 }),
    rivals: [{
      server: denoServeProgram("deno serve, echoing", "deno_serve_echo.ts"),
      rateAim: "at least 1/1.5",
    }],
  }],
  http_access_log: ["combined", "json"].map((format): Comparison => ({
    ...HTTP_GET,
    title: `${HTTP_GET.title}, with an access log`,
    options: [
      ...HTTP_OPTIONS,
      "--access-log",
      "{folder}/access.log",
      "--access-log-format",
      format,
    ],
    rivals: [{ options: HTTP_OPTIONS }],
  })),
};

const CLIENTS = 32;
const QUIET = ["--log-level", "warning"];

/** A connection for each request, compared by mode, with the default log and without its records. */
export const CHURN: Comparison = {
  title: `GET / from ${CLIENTS} clients, a new connection for each request, by ab`,
  unit: "connection",
  options: HTTP_OPTIONS,
  load: ab(CLIENTS),
  slices: 2,
  duration: 2000,
  // The code for a connection runs once for each: it takes longer until all of it is compiled.
  warmup: 6000,
  rivals: [
    { options: [...HTTP_OPTIONS, ...QUIET] },
    ...churnIn("pooled", "at least 1/1.3", "--workers", String(WORKERS)),
    ...churnIn("forked", "at least 1/1.3", "--workers", String(WORKERS)),
    ...churnIn("threaded", "at least 1/3"),
    { server: denoServe },
    { server: nginx(1) },
  ],
};

/** A mode with the default log, then without its records. */
function churnIn(mode: string, cpuAim: string, ...more: string[]): readonly Rival[] {
  const options = [...HTTP_OPTIONS, "--mode", mode, ...more];
  return [{ options, cpuAim }, { options: [...options, ...QUIET] }];
}

/** Our load generator, compared with wrk. Only the last case keeps either of them busy. */
export const LOAD: readonly Comparison[] = [
  { path: "/work?io_ms=10", connections: 64, rateAim: "0.9 to 1.1" },
  { path: "/work?io_ms=10", connections: 256, rateAim: "0.9 to 1.1" },
  { path: "/", connections: 1, rateAim: "0.9 to 1.1" },
  { path: "/", connections: 4, rateAim: "0.9 to 1.1" },
  { path: "/", connections: 64, rateAim: "" },
].map(({ path, connections, rateAim }): Comparison => ({
  ...HTTP_GET,
  title: `GET ${path}, persistent connections: ${connections}, by sluice load`,
  options: LAB,
  load: generator(getWork(path, connections)),
  rivals: [{ load: wrk({ path, connections }), note: ", by wrk", rateAim }],
}));
