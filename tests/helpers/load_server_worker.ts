/** A server for the tests of the load generator, which records what arrives. */
import { Buffer } from "node:buffer";
import { createServer, type Socket } from "node:net";
import { CELL } from "./load_cells.ts";

/** The behaviour of the server. Requests and responses are in Latin-1. */
export interface ServerPlan {
  /** The end of a request; null echoes anything at once. */
  readonly requestEnd: string | null;
  /** The response to each; null never responds. */
  readonly response: string | null;
  /** How the connection ends after each response; by default it stays open. */
  readonly after?: "close" | "reset";
  /** Milliseconds before each response. */
  readonly delay?: number;
  /** Whether it responds only once the test has released the responses. */
  readonly held?: boolean;
  /** Blocks the thread once, a time after the first request; both in milliseconds. */
  readonly stall?: { readonly after: number; readonly length: number };
  /** Milliseconds after which it closes an idle connection. */
  readonly idle?: number;
  /** The number of connections after which it refuses more. */
  readonly connections?: number;
  /** The port of a server that refuses connections in the end: nobody else may get it then. */
  readonly port?: number;
}

/** What starts the server. */
export interface ServerStart {
  readonly plan: ServerPlan;
  /** With a cell for each of {@linkcode CELL}. */
  readonly shared: Int32Array<SharedArrayBuffer>;
}

/** Milliseconds between two looks at whether held responses are released. */
const HELD_POLL = 5;

/** The record of one connection; times are in milliseconds, by one clock. */
export interface Seen {
  /** What arrived, piece by piece. */
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  /** When each request was complete. */
  readonly requests: readonly number[];
  /** Requests that arrived before the response to the previous one. */
  readonly overlaps: number;
}

/** The thread's reports: its port and, on request, its records. */
export type Said =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "seen"; readonly seen: readonly Seen[] };

interface Scope {
  postMessage(message: Said): void;
  onmessage: ((event: MessageEvent<ServerStart | "seen">) => void) | null;
}

const scope = globalThis as unknown as Scope;
const conversations: Conversation[] = [];

scope.onmessage = async ({ data }) => {
  if (data !== "seen") return serve(data);
  await Promise.all(conversations.map(({ closed }) => closed));
  const seen = conversations.map(({ pieces, requests, overlaps }) => ({
    pieces,
    requests,
    overlaps,
  }));
  scope.postMessage({ type: "seen", seen });
};

function serve({ plan, shared }: ServerStart): void {
  const stall = stallOf(plan);
  const server = createServer((socket) => {
    conversations.push(new Conversation(socket, plan, stall, shared));
    Atomics.add(shared, CELL.connections, 1);
    if (conversations.length === plan.connections) server.close();
  });
  server.listen({ host: "127.0.0.1", port: plan.port ?? 0, backlog: 512 }, () => {
    const address = server.address();
    const port = address === null || typeof address === "string" ? 0 : address.port;
    scope.postMessage({ type: "listening", port });
  });
}

/** Blocks the thread once the time has come; called for each request. */
function stallOf({ stall }: ServerPlan): () => void {
  let start = Infinity;
  let isOver = stall === undefined;
  return () => {
    start = Math.min(start, performance.now());
    if (isOver || stall === undefined || performance.now() < start + stall.after) return;
    isOver = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stall.length);
  };
}

class Conversation {
  readonly pieces: Uint8Array<ArrayBuffer>[] = [];
  readonly requests: number[] = [];
  overlaps = 0;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #plan: ServerPlan;
  readonly #shared: ServerStart["shared"];
  /** The beginning of an incomplete request. */
  #rest = "";
  #pending = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(
    socket: Socket,
    plan: ServerPlan,
    stall: () => void,
    shared: ServerStart["shared"],
  ) {
    this.#socket = socket;
    this.#plan = plan;
    this.#shared = shared;
    this.closed = new Promise((resolve) => socket.on("close", () => resolve()));
    socket.setNoDelay(true);
    // Clients may reset connections.
    socket.on("error", () => {});
    socket.on("data", (data) => {
      stall();
      clearTimeout(this.#idle);
      const bytes = new Uint8Array(Buffer.from(data));
      this.pieces.push(bytes);
      this.#take(bytes);
    });
    this.#watch();
  }

  #take(bytes: Uint8Array<ArrayBuffer>): void {
    const { requestEnd, delay } = this.#plan;
    if (requestEnd === null) return void this.#socket.write(bytes);
    const parts = (this.#rest + Buffer.from(bytes).toString("latin1")).split(requestEnd);
    this.#rest = parts.pop() ?? "";
    for (const _ of parts) {
      if (this.requests.push(performance.now()) === 1) Atomics.add(this.#shared, CELL.served, 1);
      Atomics.add(this.#shared, CELL.requests, 1);
      if (this.#pending++ > 0) this.overlaps++;
      if (delay === undefined) this.#respond();
      else setTimeout(() => this.#respond(), delay);
    }
  }

  #respond(): void {
    const { response, after, held } = this.#plan;
    if (response === null) return;
    if (held === true && Atomics.load(this.#shared, CELL.released) === 0) {
      setTimeout(() => this.#respond(), HELD_POLL);
      return;
    }
    if (--this.#pending === 0) this.#watch();
    this.#socket.write(response, "latin1", () => {
      if (after === "close") this.#socket.end();
      if (after === "reset") this.#socket.resetAndDestroy();
    });
  }

  /** Closes the connection if it stays idle. */
  #watch(): void {
    const { idle } = this.#plan;
    if (idle !== undefined) this.#idle = setTimeout(() => this.#socket.end(), idle);
  }
}
