import { delay } from "@std/async/delay";
import type { Command } from "./commands.ts";
import { cpuOf as cpuTimeOf, cpuOfReaped, killTree, treeOf } from "../src/bench/processes.ts";
import { within } from "./within.ts";

/** A server under measurement: its processes, where it listens, and what it costs. */
export interface Target extends AsyncDisposable {
  readonly port: number;
  /**
   * CPU time that the process and all its children have used so far, in
   * microseconds: all threads, user and system.
   */
  cpu(): number;
  /** Resident memory of the process without its children, in bytes. */
  memory(): number;
}

const PORT = /port\D{1,3}(\d+)/;
const COMPLAINT = /"severity":"(WARN|ERROR|FATAL)/;
const START_LIMIT = 20_000;
const END_LIMIT = 10_000;
const RETRY_MS = 10;

const running = new Set<Deno.ChildProcess>();
const clients = new Set<Deno.ChildProcess>();
let ended = 0;
let endedClients = 0;
// An error that nobody catches disposes of nothing.
globalThis.addEventListener(
  "unload",
  () => [...running, ...clients].forEach(({ pid }) => killTree(pid)),
);

/** CPU time that all servers have used so far, also those that have ended, in microseconds. */
export function cpuOfTargets(): number {
  return [...running].reduce((sum, { pid }) => sum + cpuOfTree(pid), ended);
}

/**
 * CPU time that clients have used so far, in microseconds: those of this process,
 * and the programs of {@linkcode runToEnd}, once they have ended.
 */
export function cpuOfClients(): number {
  return cpuOf(Deno.pid) + endedClients;
}

/** Runs a program that is no server, such as one that loads a server; one at a time. */
export async function runToEnd(
  [program = "", ...args]: Command,
  options: Pick<Deno.CommandOptions, "stderr" | "signal"> = {},
): Promise<Deno.CommandOutput> {
  const before = cpuOfReaped();
  const command = new Deno.Command(program, { args, stdin: "null", stdout: "piped", ...options });
  const child = command.spawn();
  clients.add(child);
  try {
    return await child.output();
  } finally {
    clients.delete(child);
    endedClients += cpuOfReaped() - before;
  }
}

/**
 * Starts a server and waits until it says its port. What it logs as a warning or
 * an error is passed on to standard error.
 *
 * @param command The program and its arguments; it must print `port` and the number on its first line.
 * @param env Added to the environment.
 * @param known The port of a program that says none; it is waited for until it accepts.
 * @throws {Error} If it does not say a port in time, or does not accept.
 */
export async function startTarget(
  command: Command,
  env: Record<string, string> = {},
  known?: number,
): Promise<Target> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, { args, env, stdin: "null", stdout: "piped" }).spawn();
  running.add(child);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const said = Promise.withResolvers<string>();
  const reading = read(reader, said.resolve);
  const cpu = () => cpuOfTree(child.pid);
  const end = async () => {
    ended += cpu();
    running.delete(child);
    killTree(child.pid);
    await within(END_LIMIT, "a server that was killed", Promise.all([child.status, reading]));
  };
  try {
    const waiting = known === undefined
      ? said.promise
      : Promise.race([said.promise, untilAccepted(known).then(() => `port=${known}`)]);
    const line = await within(START_LIMIT, `starting ${command.join(" ")}`, waiting);
    const port = Number(PORT.exec(line)?.[1]);
    if (!port) throw new Error(`Cannot start ${command.join(" ")}: it said "${line.trim()}"`);
    return {
      port,
      cpu,
      memory: () => {
        const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
        return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Waits until somebody accepts on a port, at most as long as a server may take to start. */
async function untilAccepted(port: number): Promise<void> {
  for (const end = performance.now() + START_LIMIT; performance.now() < end;) {
    try {
      using _conn = await Deno.connect({ port });
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
    await delay(RETRY_MS);
  }
}

/** Reads to the end what a server says; says its first line, or all of it when it ends before. */
async function read(
  reader: ReadableStreamDefaultReader<string>,
  onFirstLine: (text: string) => void,
): Promise<void> {
  let first = "";
  for (;;) {
    const { value = "", done } = await reader.read();
    if (!first.includes("\n")) first += value;
    if (done || first.includes("\n")) onFirstLine(first);
    if (done) return;
    if (COMPLAINT.test(value)) complain(value);
  }
}

function complain(text: string): void {
  for (const line of text.split("\n")) {
    if (COMPLAINT.test(line)) Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
  }
}

function cpuOfTree(pid: number): number {
  return treeOf(pid).reduce((sum, member) => sum + cpuOf(member), 0);
}

/** CPU time of a process without its children, in microseconds. */
function cpuOf(pid: number): number {
  const { user, system } = cpuTimeOf(pid);
  return user + system;
}
