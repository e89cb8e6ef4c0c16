import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ownArguments } from "../base/run_arguments.ts";
import { within } from "../base/within.ts";
import { MODES } from "../modes/registry.ts";
import { type LogRecord, ServerProcess } from "./server_process.ts";
import { TestClient } from "./test_client.ts";
import { TestWebSocket } from "./test_web_socket.ts";

/** Options of {@linkcode testServer}. */
export interface TestServerOptions {
  /** How connections run; `async` by default. */
  readonly mode?: keyof typeof MODES;
  /** Further arguments of the server, such as `["--workers", "2"]`. */
  readonly args?: readonly string[];
  /** Variables of the environment, added to those of the test. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long each wait may take before it fails, in milliseconds; 10 seconds by default. */
  readonly patience?: number;
}

/** A server under test, with what its clients and its log say. */
export class TestServer implements AsyncDisposable {
  readonly #process: ServerProcess;
  readonly #patience: number;

  /** Use {@linkcode testServer}. */
  constructor(process: ServerProcess, patience: number) {
    this.#process = process;
    this.#patience = patience;
  }

  /** The port on 127.0.0.1 that it listens on. */
  get port(): number {
    return this.#process.port;
  }

  /** The records of its log so far. */
  get log(): readonly LogRecord[] {
    return this.#process.log;
  }

  /** Sends a request, as the global `fetch` does, to a path of the server. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(new URL(path, `http://127.0.0.1:${this.port}`), init);
  }

  /** Connects a TCP client. */
  async connect(): Promise<TestClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    return new TestClient(conn, this.#patience);
  }

  /** Opens a WebSocket at a path of the server. */
  async webSocket(path: string): Promise<TestWebSocket> {
    const socket = new TestWebSocket(`ws://127.0.0.1:${this.port}${path}`, this.#patience);
    await socket.opened();
    return socket;
  }

  /**
   * Waits for a record of the log, and returns the first that matches.
   *
   * @param match The start of its message, or a predicate.
   * @throws {Error} If there is none in time.
   */
  async logged(match: string | ((record: LogRecord) => boolean)): Promise<LogRecord> {
    const matches = typeof match === "string"
      ? ({ message }: LogRecord) => message.startsWith(match)
      : match;
    const what = typeof match === "string" ? `"${match}"` : "such a record";
    const late = () => new Error(`Waited ${this.#patience} ms until ${what} is logged`);
    return await within(this.#patience, this.#process.find(matches), late);
  }

  /** Sends a signal: `SIGHUP` reloads, for instance. */
  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /**
   * Stops the server, which finishes what is in flight. Returns its exit code.
   *
   * @throws {Error} If it does not exit in time.
   */
  async stop(): Promise<number> {
    this.kill("SIGTERM");
    const late = () => new Error(`Waited ${this.#patience} ms until the server stops`);
    return await within(this.#patience, this.#process.exited, late);
  }

  /** Kills the server, unless it has been stopped. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.#process.exited;
  }
}

/**
 * Starts a server for a handler on a free port of 127.0.0.1, and waits until it serves.
 *
 * @param handler The path of the handler, or its `file:` URL, such as
 * `import.meta.resolve("./app.ts")`.
 * @throws {Error} If the server cannot start; the message says why.
 */
export async function testServer(
  handler: string | URL,
  { mode = "async", args = [], env = {}, patience = 10_000 }: TestServerOptions = {},
): Promise<TestServer> {
  const text = String(handler);
  const path = text.startsWith("file:") ? fileURLToPath(text) : resolve(text);
  const process = new ServerProcess([
    ...ownArguments(),
    ...["--handler", path, "--mode", mode, "--port", "0", "--log-format", "json", ...args],
  ], env);
  const server = new TestServer(process, patience);
  try {
    const late = () => new Error(`Waited ${patience} ms until the server serves`);
    await within(patience, process.serves(), late);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}
