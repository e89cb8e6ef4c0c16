/** A record of the log: a message with attributes, as `--log-format json` writes them. */
export type LogRecord = Readonly<Record<string, unknown>> & {
  readonly message: string;
  /** `DEBUG`, `INFO`, `WARN` or `ERROR`. */
  readonly severity: string;
};

/** A server in a process of its own, and its log as it is written. */
export class ServerProcess {
  readonly #child: Deno.ChildProcess;
  readonly log: LogRecord[] = [];
  /** Resolves with the exit code once its output is read, too. */
  readonly exited: Promise<number>;
  #errors = "";
  #isOver = false;
  #changed = Promise.withResolvers<void>();

  /** Starts it with arguments of the runtime's executable. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      env: { ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.exited = this.#readToEnd();
  }

  /** The port of its first address; 0 until it serves. */
  get port(): number {
    return Number(this.#started?.["server.port"] ?? 0);
  }

  /** Resolves when it serves. Throws what it says on standard error if it exits instead. */
  async serves(): Promise<void> {
    while (this.#started === undefined) {
      if (this.#isOver) {
        throw new Error(`The server has exited with ${await this.exited}: ${this.#errors.trim()}`);
      }
      await this.#changed.promise;
    }
  }

  /** Resolves with the first record that matches. Throws if it exits without one. */
  async find(matches: (record: LogRecord) => boolean): Promise<LogRecord> {
    for (let i = 0;; i++) {
      while (i === this.log.length) {
        if (this.#isOver) throw new Error("The server has exited without such a record in its log");
        await this.#changed.promise;
      }
      const record = this.log[i];
      if (record !== undefined && matches(record)) return record;
    }
  }

  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch { // It has exited.
    }
  }

  get #started(): LogRecord | undefined {
    return this.log.find((record) => "sluice.service" in record);
  }

  async #readToEnd(): Promise<number> {
    const { stdout, stderr, status } = this.#child;
    await Promise.all([
      readLines(stdout, (line) => this.#add(line)),
      readLines(stderr, (line) => this.#errors += `${line}\n`),
    ]);
    const { code } = await status;
    this.#isOver = true;
    this.#changed.resolve();
    return code;
  }

  #add(line: string): void {
    this.log.push(recordOf(line));
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** A line of the log. The runtime itself may print others, such as a crash. */
function recordOf(line: string): LogRecord {
  try {
    return JSON.parse(line);
  } catch {
    return { message: line, severity: "ERROR" };
  }
}

/** Takes the lines of a stream, without their newlines, until it ends. */
export async function readLines(
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
