import { delay } from "@std/async/delay";
import { EXIT, ExitError } from "../base/exit.ts";
import { printable } from "../base/printable.ts";
import type { Launch } from "./launch.ts";
import { cpuOf, killTree, treeOf } from "./processes.ts";

/** How long a server may take until it accepts, in milliseconds. */
const START_LIMIT = 20_000;
/** How long it may take after that until it is at rest. */
const REST_LIMIT = 3_000;
/** Milliseconds between two looks. */
const PERIOD = 100;
const RETRY = 10;
/** Microseconds of CPU time in a {@linkcode PERIOD} that are still rest. */
const REST = 10_000;
/** Characters of what it says last that are kept. */
const KEPT = 4000;
/** The most characters of that in a message. */
const SHOWN = 300;

/** Below those of net.ipv4.ip_local_port_range. */
const PORTS = { from: 20_000, count: 12_000 };

/** Variables of the environment that would change what Sluice is told here. */
const OWN_VARIABLES = /^(?:SLUICE_.*|PORT|WEB_CONCURRENCY)$/;

/** Servers that run. To exit, as at a second Ctrl-C, disposes of nothing. */
const running = new Set<number>();
globalThis.addEventListener("unload", () => running.forEach(killTree));

/** A server under measurement, at rest at first. Disposing kills it and all that it started. */
export interface SubjectProcess extends AsyncDisposable {
  readonly pid: number;
  /**
   * Checks that it still runs.
   *
   * @throws {ExitError} 69 when it has ended, with what it said last.
   */
  check(): void;
}

/**
 * Starts a server, and waits until it accepts on its port of 127.0.0.1 and has
 * nothing more to do.
 *
 * @param name For messages.
 * @throws {ExitError} 69 when it does not accept in time, or ends.
 * @throws The reason of the signal.
 */
export async function startSubject(
  name: string,
  { command: [program, ...args], env }: Launch,
  port: number,
  signal: AbortSignal,
): Promise<SubjectProcess> {
  const child = new Deno.Command(program, {
    args,
    clearEnv: true,
    env: { ...inheritedVariables(), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  running.add(child.pid);
  let said = "";
  const listen = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      said = (said + text).slice(-KEPT);
    }
  };
  const listening = Promise.all([listen(child.stdout), listen(child.stderr)]);
  let isOver = false;
  const over = child.status.then(() => isOver = true);
  const end = async () => {
    killTree(child.pid);
    running.delete(child.pid);
    await Promise.all([over, listening]);
  };
  try {
    for (const limit = performance.now() + START_LIMIT; !(await accepts(port));) {
      signal.throwIfAborted();
      if (isOver) await listening;
      if (isOver) throw failure(`Cannot start ${name}: it ended`, said);
      if (performance.now() > limit) {
        throw failure(
          `Cannot start ${name}: it did not accept within ${START_LIMIT / 1000} s`,
          said,
        );
      }
      await delay(RETRY);
    }
    await untilAtRest(child.pid, signal);
    return {
      pid: child.pid,
      check() {
        if (isOver) throw failure(`Cannot measure ${name}: it ended under the load`, said);
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * A port of 127.0.0.1 on which nobody listens, and which the system gives to no
 * outgoing connection in the meantime.
 */
export function freePort(): number {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * PORTS.count);
    try {
      using _listener = Deno.listen({ hostname: "127.0.0.1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

function inheritedVariables(): Record<string, string> {
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

function failure(message: string, said: string): ExitError {
  const words = said.trim().split("\n").at(-1) ?? "";
  const last = words === "" ? "" : `, and said: ${printable(words, SHOWN)}`;
  return new ExitError(`${message}${last}`, EXIT.unavailable);
}
