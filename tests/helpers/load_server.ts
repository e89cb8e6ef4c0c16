import { Buffer } from "node:buffer";
import { Generator } from "../../src/load/generator.ts";
import type { LoadPlan, LoadProgress, LoadResult, Message } from "../../src/load/load.ts";
import { httpMessage } from "../../src/load/request_text.ts";
import { openSocketLibrary } from "../../src/load/socket_library.ts";
import { CELL } from "./load_cells.ts";
import type { Said, Seen, ServerPlan, ServerStart } from "./load_server_worker.ts";

// Stays open for good, so it must not look like a leak of a test.
openSocketLibrary();

/** Longer than any load takes, in milliseconds. */
const DEADLINE = 20_000;

/** A short HTTP response. */
export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
/** The same, as the last response of its connection. */
export const CLOSING = OK.replace("\r\n", "\r\nCONNECTION: Close\r\n");
/** An HTTP server for requests without a body. */
export const HTTP: ServerPlan = { requestEnd: "\r\n\r\n", response: OK };

/** A server for a load generator on the thread of the test. */
export interface LoadServer extends Disposable {
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Complete requests so far. */
  readonly requests: number;
  /** Connections so far that a complete request has come on. */
  readonly served: number;
  /** Lets a server respond that holds its responses. */
  release(): void;
  /** The records of all connections, once they are closed. */
  seen(): Promise<readonly Seen[]>;
}

/** Starts a server on a thread of its own. */
export async function startLoadServer(plan: ServerPlan): Promise<LoadServer> {
  const url = import.meta.resolve("./load_server_worker.ts");
  const worker = new Worker(url, { type: "module" });
  const cells = Object.keys(CELL).length;
  const shared = new Int32Array(new SharedArrayBuffer(cells * Int32Array.BYTES_PER_ELEMENT));
  const ask = (question: ServerStart | "seen") =>
    new Promise<Said>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Said>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      worker.postMessage(question);
    });
  const said = await ask({ plan, shared });
  return {
    port: said.type === "listening" ? said.port : 0,
    get connections() {
      return Atomics.load(shared, CELL.connections);
    },
    get requests() {
      return Atomics.load(shared, CELL.requests);
    },
    get served() {
      return Atomics.load(shared, CELL.served);
    },
    release: () => void Atomics.store(shared, CELL.released, 1),
    async seen() {
      const { seen = [] } = await ask("seen") as { seen?: readonly Seen[] };
      return seen;
    },
    [Symbol.dispose]: () => worker.terminate(),
  };
}

/** A load of short HTTP requests for 100 ms, with changes. */
export function planFor(server: { port: number }, changes: Partial<LoadPlan> = {}): LoadPlan {
  return {
    hostname: "127.0.0.1",
    port: server.port,
    framing: { type: "http" },
    messages: [httpMessage("GET /", "127.0.0.1", 1)],
    connections: 4,
    slow: 0,
    rate: null,
    closing: false,
    warmup: 0,
    duration: 100,
    seed: 1,
    ...changes,
  };
}

/** A message that is not HTTP, with this text. */
export function plainMessage(text: string): Message {
  return { base64: btoa(text), weight: 1, bodiless: false };
}

/** A finished load, and the records of its server. */
export interface LoadRun {
  readonly result: LoadResult;
  readonly seen: readonly Seen[];
  /** Complete requests on all connections. */
  readonly requests: number;
  /** In milliseconds. */
  readonly elapsed: number;
}

/** Runs a load on a server of its own. */
export async function runOn(
  server: ServerPlan,
  changes: Partial<LoadPlan> = {},
  onProgress: (progress: LoadProgress, generator: Generator, server: LoadServer) => void = () => {},
): Promise<LoadRun> {
  using running = await startLoadServer(server);
  const plan = planFor(running, changes);
  const generator: Generator = new Generator(
    plan,
    (progress) => onProgress(progress, generator, running),
  );
  const start = performance.now();
  const result = await generator.run([50, 100]);
  const elapsed = performance.now() - start;
  const seen = await running.seen();
  const requests = seen.reduce((sum, { requests }) => sum + requests.length, 0);
  return { result, seen, requests, elapsed };
}

/** Runs a load on a server of its own until a number of requests are answered, or a condition holds. */
export function runUntil(
  enough: number | ((progress: LoadProgress, server: LoadServer) => boolean),
  plan: ServerPlan,
  changes: Partial<LoadPlan> = {},
): Promise<LoadRun> {
  const isEnough = typeof enough === "number"
    ? ({ requests }: LoadProgress) => requests >= enough
    : enough;
  return runOn(plan, { duration: DEADLINE, ...changes }, (progress, generator, server) => {
    if (progress.phase === "measuring" && isEnough(progress, server)) generator.stop();
  });
}

/** Everything that arrived on a connection, in Latin-1. */
export function textOf({ pieces }: Seen): string {
  return pieces.map((bytes) => Buffer.from(bytes).toString("latin1")).join("");
}

/** The number of bytes that arrived on all connections. */
export function bytesOf(seen: readonly Seen[]): number {
  return seen.flatMap(({ pieces }) => pieces).reduce((sum, { length }) => sum + length, 0);
}
