import { fileURLToPath } from "node:url";
import { readLines } from "../../src/testing/server_process.ts";
import { waitFor } from "./until.ts";

/** A JSON log record written by the server. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly message: string;
  /** RFC 3339. */
  readonly timestamp: string;
};

/** Selects log records, by the start of their message or by a predicate. */
export type Match = string | ((line: LogLine) => boolean);

/** A server in a child process, killed on dispose. */
export interface Server extends AsyncDisposable {
  readonly pid: number;
  /** The port of its first TCP address. */
  readonly port: number;
  /** The log records so far. */
  readonly log: readonly LogLine[];
  /** The standard error output so far. */
  readonly stderr: string;
  kill(signal: Deno.Signal): void;
  /** Resolves with the exit code once the server has exited and its output is read. */
  readonly exited: Promise<number>;
  /** The matching log records so far. */
  records(match: Match): readonly LogLine[];
  /** Waits for a matching log record and returns the first. */
  logged(match: Match): Promise<LogLine>;
}

/** Milliseconds; a start takes several times as long as anything else, and more on a loaded machine. */
const START_DEADLINE = 120_000;

const MAIN = fileURLToPath(import.meta.resolve("../../main.ts"));

/** An executable to test instead of `main.ts`, such as `dist/sluice`. */
const UNDER_TEST = Deno.env.get("SERVER_UNDER_TEST");

/** The command that runs the server. */
export const SERVER = UNDER_TEST === undefined
  ? [Deno.execPath(), "run", "-A", "--no-check", MAIN]
  : [fileURLToPath(import.meta.resolve(`../../${UNDER_TEST}`))];

/** Starts the server, on a free port if `args` name none, and waits until it serves. */
export function startServer(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Server> {
  const port = args.some((arg) => /^(--port|-p|--bind|-b|--host)/.test(arg)) ? [] : ["--port", "0"];
  return startCommand([...SERVER, ...args, ...port], options);
}

/** Starts the server, on a free port, and does not wait until it serves. */
export function launchServer(args: readonly string[]): Server {
  return new ServerProcess([...SERVER, ...args, "--port", "0"], {});
}

/** Starts a command that runs a server, and waits until it serves. */
export async function startCommand(
  command: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Server> {
  const server = new ServerProcess(command, options);
  try {
    await server.serves();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

class ServerProcess implements Server {
  readonly #child: Deno.ChildProcess;
  #isOver = false;
  port = 0;
  stderr = "";
  readonly log: LogLine[] = [];
  readonly exited: Promise<number>;

  constructor(
    [program = "", ...args]: readonly string[],
    options: { env?: Record<string, string>; cwd?: string },
  ) {
    const pipes = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(program, { args, ...pipes, ...options }).spawn();
    this.exited = this.#readToEnd();
  }

  get pid(): number {
    return this.#child.pid;
  }

  async serves(): Promise<void> {
    const started = () => this.log.find((line) => "sluice.service" in line) ?? null;
    const find = () => this.#isOver ? "ended" : started();
    const first = await waitFor("the server serves", find, START_DEADLINE);
    if (first === "ended") throw new Error(`The server exited: ${this.stderr}`);
    this.port = Number(first["server.port"] ?? 0);
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  records(match: Match): readonly LogLine[] {
    return this.log.filter(
      typeof match === "string" ? ({ message }) => message.startsWith(match) : match,
    );
  }

  logged(match: Match): Promise<LogLine> {
    return waitFor(`"${match}" is logged`, () => this.records(match)[0] ?? null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (!this.#isOver) this.#child.kill("SIGKILL");
    } catch (error) { // It has ended, and its last output is still being read.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.exited;
  }

  async #readToEnd(): Promise<number> {
    const { stdout, stderr, status } = this.#child;
    await Promise.all([
      readLines(stdout, (line) => this.log.push(JSON.parse(line))),
      readLines(stderr, (line) => this.stderr += `${line}\n`),
    ]);
    const { code } = await status;
    this.#isOver = true;
    return code;
  }
}

/** Runs the server until it exits. */
export async function runMain(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [program = "", ...before] = SERVER;
  const output = await new Deno.Command(program, {
    args: [...before, ...args],
    stdin: "null",
    ...options,
  }).output();
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}
