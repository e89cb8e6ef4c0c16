/** The servers that are measured. */
import { fileURLToPath } from "node:url";

const file = (path: string) => fileURLToPath(import.meta.resolve(path));
/** How long a program may take to say whether it can be used, in milliseconds. */
const TRIAL_LIMIT = 10_000;
const deno = [Deno.execPath(), "run", "-A", "--no-check"];

/** A program and its arguments. */
export type Command = readonly string[];

/** What Sluice is told to serve: the echo service, where nothing else is said. */
export const ECHO = ["--service", "echo"];

/** What Sluice is told to serve: a handler of this folder. */
export const handler = (path: string) => ["--handler", file(path)];

/** How Sluice is told to run; two workers, since the machines that this runs on have two processors. */
export const MODES = {
  single: ["--mode", "single"],
  async: ["--mode", "async"],
  threaded: ["--mode", "threaded"],
  pooled: ["--mode", "pooled", "--workers", "2"],
  forked: ["--mode", "forked", "--workers", "2"],
} as const satisfies Record<string, Command>;

/** Sluice from its source. */
export function sluice(mode: Command, service: Command = ECHO): Command {
  return [...deno, file("../main.ts"), ...mode, ...service, "--port", "0"];
}

/** The yardstick: a bare read-and-write loop. */
export const BARE_LOOP: Command = [...deno, file("./yardstick_echo.ts")];

/** The yardstick of memory: bare threads; how many comes behind it. */
export const BARE_THREADS: Command = [...deno, file("./yardstick_threads.ts")];

/** The executable of Sluice, serving echo; null where it was not made, or before there were modes. */
export async function executable(): Promise<Command | null> {
  const path = file("../dist/sluice");
  const hasModes = await succeeds(path, ["check", ...ECHO, ...MODES.pooled]);
  return hasModes ? [path, ...ECHO, "--port", "0"] : null;
}

/** The other yardstick, a thread for each connection in Python; null where there is no python3. */
export async function pythonThreads(): Promise<Command | null> {
  const hasPython = await succeeds("python3", ["-c", "import socketserver"]);
  return hasPython ? ["python3", file("./yardstick_echo.py")] : null;
}

async function succeeds(program: string, args: Command): Promise<boolean> {
  const signal = AbortSignal.timeout(TRIAL_LIMIT);
  const command = new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    signal,
  });
  try {
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
