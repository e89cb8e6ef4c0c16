import { fileURLToPath } from "node:url";
import type { Command, CommandResult, ConnectionList } from "../../src/ops/admin/command.ts";
import type { UpstreamStatus } from "../../src/ops/status/upstream_status.ts";
import { readLines } from "../../src/testing/server_process.ts";
import type { BackendWish } from "../../src/ops/commands/backend.ts";
import type { ConnectionFilter } from "../../src/ops/admin/command.ts";
import type { LogLine } from "./server.ts";
import { waitFor } from "./until.ts";

/** What an operated server is asked. */
export type Asked =
  | Extract<Command, { kind: "connections" | "closeConnection" | "backend" | "reload" }>
  | { readonly kind: "upstreams" };

const PROGRAM = fileURLToPath(import.meta.resolve("./operated_program.ts"));

/** A server in a child process whose operator is the test; it is killed on dispose. */
export class OperatedServer implements AsyncDisposable {
  port = 0;
  readonly log: LogLine[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #results: unknown[] = [];
  readonly #ended: Promise<unknown>;
  #stderr = "";
  #isOver = false;

  /** Starts a server on a free port, and waits until it serves. */
  static async start(args: readonly string[]): Promise<OperatedServer> {
    const server = new OperatedServer(args);
    server.port = Number(await server.#result());
    return server;
  }

  private constructor(args: readonly string[]) {
    const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    const all = ["run", "-A", "--no-check", PROGRAM, ...args, "--port", "0"];
    this.#child = new Deno.Command(Deno.execPath(), { args: all, ...pipes }).spawn();
    this.#input = this.#child.stdin.getWriter();
    const { stdout, stderr, status } = this.#child;
    this.#ended = Promise.all([
      readLines(stdout, (line) => this.#take(JSON.parse(line))),
      readLines(stderr, (line) => this.#stderr += `${line}\n`),
      status,
    ]).then(() => this.#isOver = true);
  }

  /** Lists open connections, with how long that took in milliseconds. */
  list(
    filter: ConnectionFilter = {},
    limit = 100,
  ): Promise<ConnectionList & { readonly duration: number }> {
    return this.#ask({ kind: "connections", filter, limit }) as ReturnType<OperatedServer["list"]>;
  }

  close(id: string): Promise<CommandResult> {
    return this.#ask({ kind: "closeConnection", id }) as Promise<CommandResult>;
  }

  setBackend(wish: BackendWish): Promise<CommandResult> {
    return this.#ask({ kind: "backend", ...wish }) as Promise<CommandResult>;
  }

  upstreams(): Promise<readonly UpstreamStatus[]> {
    return this.#ask({ kind: "upstreams" }) as Promise<readonly UpstreamStatus[]>;
  }

  async reload(): Promise<void> {
    await this.#ask({ kind: "reload" });
  }

  /** Waits for a log record, and returns the first one. */
  logged(match: (line: LogLine) => boolean): Promise<LogLine> {
    return waitFor(`${match} is logged`, () => this.log.find(match) ?? null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    try {
      if (!this.#isOver) this.#child.kill("SIGKILL");
    } catch { // It has ended, and its last output is still being read.
    }
    await this.#ended;
  }

  async #ask(asked: Asked): Promise<unknown> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(asked)}\n`));
    return await this.#result();
  }

  async #result(): Promise<unknown> {
    await waitFor("there is a result", () => {
      if (this.#isOver) throw new Error(`The server exited: ${this.#stderr}`);
      return this.#results.length > 0 || null;
    });
    return this.#results.shift();
  }

  #take(line: LogLine): void {
    if (line.message === "result") this.#results.push(line["result"]);
    else this.log.push(line);
  }
}
