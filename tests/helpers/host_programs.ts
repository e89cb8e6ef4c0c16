/** Programs on hosts of a test: backends, and a client. */
import { fileURLToPath } from "node:url";
import { readLines } from "../../src/testing/server_process.ts";
import type { Command, Visit } from "./host_client.ts";
import type { Hosts } from "./hosts.ts";
import { waitFor } from "./until.ts";

/** The port of a backend on its host. */
export const BACKEND_PORT = 9000;

/** A program on a host, killed on dispose. */
class HostProgram implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #lines: string[] = [];
  readonly #output: Promise<void>;
  #hasEnded = false;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(hosts: Hosts, host: string, file: string, args: readonly string[]) {
    const path = fileURLToPath(import.meta.resolve(file));
    const run = [Deno.execPath(), "run", "-A", "--no-check", path, ...args];
    const [program = "", ...rest] = hosts.on(host, run);
    const pipes = { stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
    this.#process = new Deno.Command(program, { args: rest, ...pipes }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#output = readLines(this.#process.stdout, (line) => void this.#lines.push(line))
      .then(() => void (this.#hasEnded = true));
  }

  /** The next line of its output. */
  line(): Promise<string> {
    return waitFor("a program on a host has something to tell", () => {
      const line = this.#lines.shift() ?? null;
      if (line === null && this.#hasEnded) throw new Error("The program has ended");
      return line;
    });
  }

  async tell(line: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Ends it; on a host without a link, nobody hears of it. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.kill();
    } catch (error) { // It has ended.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#output;
    await this.#writer.close().catch(() => {});
  }
}

/** Starts a backend on the host of its name. */
export async function startBackend(hosts: Hosts, name: string): Promise<HostProgram> {
  const backend = new HostProgram(hosts, name, "./host_backend.ts", [name, String(BACKEND_PORT)]);
  await backend.line();
  return backend;
}

/** A client on a host. */
export class HostClient implements AsyncDisposable {
  readonly #program: HostProgram;

  /** @param server The host and the port of the server that it connects to. */
  constructor(
    hosts: Hosts,
    host: string,
    server: { readonly host: string; readonly port: number },
  ) {
    const args = [hosts.addressOf(server.host), String(server.port)];
    this.#program = new HostProgram(hosts, host, "./host_client.ts", args);
  }

  /** Connects so many times. */
  visit(count: number): Promise<readonly Visit[]> {
    return this.#do({ do: "visit", count }) as Promise<readonly Visit[]>;
  }

  /** Connects all the time, until {@linkcode stop}. */
  async start(): Promise<void> {
    await this.#do({ do: "start" });
  }

  stop(): Promise<readonly Visit[]> {
    return this.#do({ do: "stop" }) as Promise<readonly Visit[]>;
  }

  /** Opens a connection that stays; returns the name of the backend. */
  hold(): Promise<string> {
    return this.#do({ do: "hold" }) as Promise<string>;
  }

  /** Says a line over a connection that stays; returns the answer, empty for an end. */
  say(held: number): Promise<string> {
    return this.#do({ do: "say", held }) as Promise<string>;
  }

  /** Sends so many lines of a kilobyte over one, and ends it; returns how many come back. */
  send(held: number, lines: number): Promise<number> {
    return this.#do({ do: "send", held, lines }) as Promise<number>;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#program[Symbol.asyncDispose]();
  }

  async #do(command: Command): Promise<unknown> {
    await this.#program.tell(JSON.stringify(command));
    return JSON.parse(await this.#program.line());
  }
}
