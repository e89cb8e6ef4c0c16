/** The servers that are measured. */
import { fileURLToPath } from "node:url";
import { runToEnd } from "./target.ts";

/** The path of a file, given from this folder. */
export const file = (path: string) => fileURLToPath(import.meta.resolve(path));
/** How long a program may take to say whether it can be used, in milliseconds. */
const TRIAL_LIMIT = 10_000;

/** A program and its arguments. */
export type Command = readonly string[];

const deno: Command = [Deno.execPath(), "run", "-A", "--no-check"];

/** A module of this folder, and its arguments, on the runtime alone. */
export const bare = (path: string, ...args: string[]): Command => [...deno, file(path), ...args];

/** What Sluice is told to serve: the echo service, where nothing else is said. */
export const ECHO = ["--service", "echo"];

/** What Sluice is told to serve: the HTTP service. */
export const HTTP = ["--service", "http"];

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
export const BARE_LOOP: Command = bare("./yardstick_echo.ts");

/** The yardstick of memory: bare threads; how many comes behind it. */
export const BARE_THREADS: Command = bare("./yardstick_threads.ts");

/** The executable of Sluice, serving echo; null where it was not made, or before there were modes. */
export async function executable(): Promise<Command | null> {
  const path = file("../dist/sluice");
  const hasModes = await succeeds([path, "check", ...ECHO, ...MODES.pooled]);
  return hasModes ? [path, ...ECHO, "--port", "0"] : null;
}

/** The other yardstick, a thread for each connection in Python; null where there is no python3. */
export async function pythonThreads(): Promise<Command | null> {
  const hasPython = await succeeds(["python3", "-c", "import socketserver"]);
  return hasPython ? ["python3", file("./yardstick_echo.py")] : null;
}

/** Whether Sluice can do what it is told: false of an option that it does not know. */
export async function accepts(service: Command): Promise<boolean> {
  return await succeeds([...deno, file("../main.ts"), "check", ...service]);
}

/** Whether a program exists and succeeds. */
export async function succeeds(command: Command): Promise<boolean> {
  const signal = AbortSignal.timeout(TRIAL_LIMIT);
  try {
    return (await runToEnd(command, { stderr: "null", signal })).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
