/** A server for the tests of the load generator, which keeps all that it sees. */
import { Buffer } from "node:buffer";
import { createServer, type Socket } from "node:net";

/** What the server does. Its requests and answers are in Latin-1. */
export interface ServerPlan {
  /** What a request ends with; null when whatever arrives is sent back at once. */
  readonly requestEnd: string | null;
  /** What it answers to each; null when it never does. */
  readonly answer: string | null;
  /** How the connection ends after each answer; it stays when nothing is said. */
  readonly after?: "close" | "reset";
  /** Milliseconds before each answer. */
  readonly delay?: number;
  /** Milliseconds for which it does nothing at all, once, so long after its first request. */
  readonly stall?: { readonly after: number; readonly length: number };
  /** Milliseconds after which it closes a connection that has no request. */
  readonly idle?: number;
  /** After so many connections it takes no more: they are refused. */
  readonly connections?: number;
}

/** What was seen of one connection; times are in milliseconds, of one clock for all. */
export interface Seen {
  /** What arrived, piece after piece. */
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  /** When each request was whole. */
  readonly requests: readonly number[];
  /** Requests that came before the answer to the one before. */
  readonly overlaps: number;
}

/** What the thread says: its port, and then, when it is asked, what it has seen. */
export type Said =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "seen"; readonly seen: readonly Seen[] };

interface Scope {
  postMessage(message: Said): void;
  onmessage: ((event: MessageEvent<ServerPlan | "seen">) => void) | null;
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

function serve(plan: ServerPlan): void {
  const stall = stallOf(plan);
  const server = createServer((socket) => {
    conversations.push(new Conversation(socket, plan, stall));
    if (conversations.length === plan.connections) server.close();
  });
  server.listen({ host: "127.0.0.1", port: 0, backlog: 512 }, () => {
    const address = server.address();
    const port = address === null || typeof address === "string" ? 0 : address.port;
    scope.postMessage({ type: "listening", port });
  });
}

/** Holds the thread up when the time has come; called with each request. */
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
  /** What has come of a request that is not whole. */
  #rest = "";
  #pending = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: Socket, plan: ServerPlan, stall: () => void) {
    this.#socket = socket;
    this.#plan = plan;
    this.closed = new Promise((resolve) => socket.on("close", () => resolve()));
    socket.setNoDelay(true);
    // A client may cut a connection off.
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
      this.requests.push(performance.now());
      if (this.#pending++ > 0) this.overlaps++;
      if (delay === undefined) this.#answer();
      else setTimeout(() => this.#answer(), delay);
    }
  }

  #answer(): void {
    const { answer, after } = this.#plan;
    if (answer === null) return;
    if (--this.#pending === 0) this.#watch();
    this.#socket.write(answer, "latin1", () => {
      if (after === "close") this.#socket.end();
      if (after === "reset") this.#socket.resetAndDestroy();
    });
  }

  /** It has no request: it may not stay so for long. */
  #watch(): void {
    const { idle } = this.#plan;
    if (idle !== undefined) this.#idle = setTimeout(() => this.#socket.end(), idle);
  }
}
