import { delay } from "@std/async/delay";
import { EXIT, ExitError } from "../base/exit.ts";
import { printable } from "../base/printable.ts";
import type { Launch } from "./candidate.ts";
import { cpuOf, killTree, treeOf } from "./processes.ts";

/** Milliseconds until a server must accept connections. */
const START_LIMIT = 20_000;
/** Milliseconds after that until it must be at rest. */
const REST_LIMIT = 3_000;
/** Milliseconds between two looks. */
const PERIOD = 100;
const RETRY = 10;
/** Microseconds of CPU time in a {@linkcode PERIOD} up to which a server is at rest. */
const REST = 10_000;
/** Milliseconds until the output of a server that has ended is read, even if a program that it started still has it open. */
const READ_LIMIT = 500;
/** Characters of the end of its output that are kept. */
const KEPT = 4000;
/** The most characters of its output in a message. */
const SHOWN = 300;

/** Below those of net.ipv4.ip_local_port_range. */
const PORTS = { from: 20_000, count: 12_000 };

/** Environment variables that would configure Sluice. */
const OWN_VARIABLES = /^(?:SLUICE_.*|PORT|WEB_CONCURRENCY)$/;

/** Running servers. Exiting, as on a second Ctrl-C, disposes of nothing. */
const running = new Set<number>();
globalThis.addEventListener("unload", () => running.forEach(killTree));

/** A server under measurement. Disposing kills it and its descendants. */
export class SubjectProcess implements AsyncDisposable {
  readonly pid: number;
  hasEnded = false;
  /** Resolves once all of its output has been read, and soon after its end in any case. */
  readonly outputRead: Promise<unknown>;
  readonly #name: string;
  /** The end of what it has written. */
  #output = "";
  readonly #ended: Promise<unknown>;

  /** @param name The server, for errors. */
  constructor(name: string, { command: [program, ...args], env }: Launch) {
    const child = new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { ...inheritedVariables(), ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#name = name;
    this.pid = child.pid;
    running.add(child.pid);
    this.#ended = child.status.then(() => this.hasEnded = true);
    this.outputRead = Promise.race([
      Promise.all([this.#read(child.stdout), this.#read(child.stderr)]),
      this.#ended.then(() => delay(READ_LIMIT)),
    ]);
  }

  /** @throws {ExitError} 69 if it has ended, with its last output. */
  check(): void {
    if (this.hasEnded) throw this.failure("Cannot measure", "it ended under the load");
  }

  /** An error that quotes its last output. */
  failure(action: string, found: string): ExitError {
    const line = this.#output.trim().split("\n").at(-1) ?? "";
    const last = line === "" ? "" : `, its last output: ${printable(line, SHOWN)}`;
    return new ExitError(`${action} ${this.#name}: ${found}${last}`, EXIT.unavailable);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killTree(this.pid);
    running.delete(this.pid);
    await Promise.all([this.#ended, this.outputRead]);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#output = (this.#output + text).slice(-KEPT);
    }
  }
}

/**
 * Starts a server, and waits until it accepts connections on 127.0.0.1 and is at rest.
 *
 * @param name The server, for errors.
 * @throws {ExitError} 69 if it does not accept in time, or ends.
 * @throws The reason of the signal.
 */
export async function startSubject(
  name: string,
  launch: Launch,
  port: number,
  signal: AbortSignal,
): Promise<SubjectProcess> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(new SubjectProcess(name, launch));
  for (const limit = performance.now() + START_LIMIT; !(await accepts(port));) {
    signal.throwIfAborted();
    if (server.hasEnded) {
      await server.outputRead;
      throw server.failure("Cannot start", "it ended");
    }
    if (performance.now() > limit) {
      throw server.failure("Cannot start", `it did not accept within ${START_LIMIT / 1000} s`);
    }
    await delay(RETRY);
  }
  await untilAtRest(server.pid, signal);
  stack.move();
  return server;
}

/**
 * Finds a port of 127.0.0.1 that nothing listens on, and that the system gives to no outgoing
 * connection.
 */
export function freePort(): number {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    if (isFree(port)) return port;
  }
}

/** Whether nothing listens on a port of 127.0.0.1. */
export function isFree(port: number): boolean {
  try {
    using _listener = Deno.listen({ hostname: "127.0.0.1", port });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}

/** The environment of servers: that of this process, without what would configure Sluice. */
export function inheritedVariables(): Record<string, string> {
  const all = Object.entries(Deno.env.toObject());
  return Object.fromEntries(all.filter(([name]) => !OWN_VARIABLES.test(name)));
}

async function accepts(port: number): Promise<boolean> {
  try {
    using _conn = await Deno.connect({ port });
    return true;
  } catch (error) {
    const { ConnectionRefused, ConnectionReset } = Deno.errors;
    if (error instanceof ConnectionRefused || error instanceof ConnectionReset) return false;
    throw error;
  }
}

async function untilAtRest(pid: number, signal: AbortSignal): Promise<void> {
  const used = () =>
    treeOf(pid).map(cpuOf).reduce((sum, { user, system }) => sum + user + system, 0);
  let before = used();
  for (const limit = performance.now() + REST_LIMIT; performance.now() < limit;) {
    signal.throwIfAborted();
    await delay(PERIOD);
    const now = used();
    if (now - before <= REST) return;
    before = now;
  }
}
