/** A server with a handler module of the table, whose log is a file, so that handlers may print. */
import { type LogLine, SERVER } from "../helpers/server.ts";
import { waitFor } from "../helpers/until.ts";
import type { Deed, Shape } from "./case.ts";
import { moduleOf } from "./module.ts";

/** One worker, so that a deed and the clients around it share it. */
const ONE_WORKER: Readonly<Record<string, readonly string[]>> = {
  single: [],
  async: [],
  threaded: ["--min-threads", "1", "--max-threads", "1", "--spare-threads", "0"],
  pooled: ["--workers", "1"],
  forked: ["--workers", "1"],
};

const decoder = new TextDecoder();

/** A running server, killed on dispose. */
export class TortureServer implements AsyncDisposable {
  readonly pid: number;
  /** How it ended: an exit code, or a signal; null while it runs. */
  ended: number | Deno.Signal | null = null;
  /** How much it has printed, in bytes. */
  printed = 0;
  /** Its standard error output, up to 10,000 characters. */
  stderr = "";
  port = 0;
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  /** Resolves with the exit code or the signal, once all output is read. */
  readonly over: Promise<number | Deno.Signal>;

  private constructor(child: Deno.ChildProcess, folder: string) {
    this.#child = child;
    this.pid = child.pid;
    this.#folder = folder;
    const ending = child.status.then(({ code, signal }) => this.ended = signal ?? code);
    this.over = Promise.all([
      ending,
      drain(child.stdout, (bytes) => this.printed += bytes.length),
      drain(child.stderr, (bytes) => {
        if (this.stderr.length < 10_000) this.stderr += decoder.decode(bytes);
      }),
    ]).then(([how]) => how);
  }

  static async start(
    mode: string,
    shape: Shape,
    deeds: readonly Deed[],
    options: readonly string[] = [],
  ): Promise<TortureServer> {
    const worker = ONE_WORKER[mode];
    if (worker === undefined) {
      throw new Error(`Cannot test --mode ${mode}: it is not in ONE_WORKER`);
    }
    const folder = await Deno.makeTempDir({ prefix: "torture" });
    await Deno.writeTextFile(`${folder}/handler.js`, moduleOf(shape, deeds));
    const timeouts = Object.entries({
      ...shape === "fetch" || shape === "routes"
        ? { "--request-timeout": "700ms" }
        // Time enough for a client that has connected to send its line.
        : { "--idle-timeout": "3s" },
      "--graceful-timeout": "1s",
    }).filter(([flag]) => !options.includes(flag)).flat();
    const [program = "", ...before] = SERVER;
    const child = new Deno.Command(program, {
      args: [
        ...[...before, "--mode", mode, ...worker, ...timeouts, "--port", "0"],
        // Relative paths, which must not depend on the folder that a handler changes to.
        ...["--handler", "handler.js", "--log-file", "log", "--status-file", "status"],
        ...options,
      ],
      cwd: folder,
      env: { DENO_V8_FLAGS: "--max-old-space-size=128" },
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
    }).spawn();
    const server = new TortureServer(child, folder);
    try {
      const first = await waitFor("the server serves", () => {
        if (server.ended !== null) throw new Error(`The server ended: ${server.stderr}`);
        return server.log().find((line) => "sluice.service" in line) ?? null;
      });
      server.port = Number(first["server.port"]);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The records so far. Every line must be one. */
  log(): LogLine[] {
    let text;
    try {
      text = Deno.readTextFileSync(`${this.#folder}/log`);
    } catch {
      return [];
    }
    return text.split("\n").slice(0, -1).map(parse);
  }

  kill(signal: Deno.Signal): void {
    if (this.ended === null) this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.over;
    await this.#child.stdin.close().catch(() => {});
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function drain(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  for await (const bytes of stream) take(bytes);
}

/** A line of the log; a message of its own if it is no record. */
function parse(line: string): LogLine {
  try {
    return JSON.parse(line);
  } catch {
    return { message: `No record: ${line}`, severity: "ERROR", timestamp: "" };
  }
}
