import { fileURLToPath } from "node:url";
import { until, waitFor } from "./until.ts";

/** A log record, as the server writes it. */
export type LogLine = Readonly<Record<string, unknown>> & {
  readonly message: string;
  /** As in RFC 3339. */
  readonly timestamp: string;
};

/** Which records: those whose message starts so, or for which it holds. */
export type Match = string | ((line: LogLine) => boolean);

/** A server in a process of its own. */
export interface Server extends AsyncDisposable {
  readonly pid: number;
  /** Of its first TCP address. */
  readonly port: number;
  /** What it has logged so far. */
  readonly log: readonly LogLine[];
  /** What it has written to stderr so far. */
  readonly stderr: string;
  kill(signal: Deno.Signal): void;
  /** Waits until it ends; its exit code. */
  readonly exited: Promise<number>;
  /** The records so far that match. */
  records(match: Match): readonly LogLine[];
  /** Waits for a record that matches; the first. */
  logged(match: Match): Promise<LogLine>;
}

const MAIN = fileURLToPath(import.meta.resolve("../../main.ts"));

/** Another server than `main.ts` to put through the tests, such as `dist/sluice`. */
const UNDER_TEST = Deno.env.get("SERVER_UNDER_TEST");

/** How the server is called. */
export const SERVER = UNDER_TEST === undefined
  ? [Deno.execPath(), "run", "-A", "--no-check", MAIN]
  : [fileURLToPath(import.meta.resolve(`../../${UNDER_TEST}`))];

/** Starts the server with JSON logs on a port that the system picks, and waits until it serves. */
export function startServer(
  args: readonly string[],
  options: { command?: readonly string[]; env?: Record<string, string>; cwd?: string } = {},
): Promise<Server> {
  const port = args.some((arg) => /^(--port|-p|--bind|-b|--host)/.test(arg)) ? [] : ["--port", "0"];
  return startCommand(
    [
      ...options.command ?? SERVER,
      ...args,
      ...port,
    ],
    options,
  );
}

/** Starts any command that logs as the server does. */
export async function startCommand(
  command: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Server> {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options.env === undefined ? {} : { env: options.env },
    ...options.cwd === undefined ? {} : { cwd: options.cwd },
  }).spawn();
  const log: LogLine[] = [];
  let stderr = "";
  let isOver = false;
  const reading = Promise.all([
    readLines(child.stdout, (line) => log.push(JSON.parse(line))),
    readLines(child.stderr, (line) => stderr += `${line}\n`),
  ]);
  const exited = (async () => {
    const { code } = await child.status;
    await reading;
    isOver = true;
    return code;
  })();
  const records = (match: Match) =>
    log.filter(typeof match === "string" ? ({ message }) => message.startsWith(match) : match);
  const started = () => log.find((line) => "sluice.service" in line);
  await until("the server serves", () => started() !== undefined || isOver);
  const first = started();
  if (first === undefined) throw new Error(`The server ended: ${stderr}`);
  return {
    pid: child.pid,
    port: Number(first["server.port"] ?? 0),
    log,
    get stderr() {
      return stderr;
    },
    kill: (signal) => child.kill(signal),
    exited,
    records,
    logged: (match) => waitFor(`"${match}" is logged`, () => records(match)[0] ?? null),
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Runs the server to its end. */
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

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}
