/** The server under test. */
import { TextLineStream } from "./text_lines.ts";

/** A record of the log. */
export type LogRecord = Readonly<Record<string, unknown>> & { readonly message: string };

/** Takes what a server prints, line by line. */
export interface Listener {
  /** A line of standard output. */
  onLog(line: string): void;
  /** A line of standard error. */
  onError(line: string): void;
}

/** A server in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly started = performance.now();
  /** Null while the server runs. */
  code: number | null = null;
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  /** The same, once all output is read. */
  readonly exited: Promise<number>;
  #reading = Promise.resolve();

  constructor([program = "", ...args]: readonly string[], listener: Listener) {
    this.#child = new Deno.Command(program, {
      ...{ args, stdin: "null", stdout: "piped", stderr: "piped" },
      env: { NO_COLOR: "1" },
    }).spawn();
    this.ended = this.#child.status.then(({ code }) => this.code = code);
    this.exited = this.#follow(listener);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.code === null;
  }

  /** Sends a signal; nothing happens if the server has exited. */
  kill(signal: Deno.Signal): void {
    if (this.isRunning) this.#child.kill(signal);
  }

  /** Reads no more of the log until the promise settles. */
  stallReading(until: Promise<void>): void {
    this.#reading = until;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.exited;
  }

  async #follow({ onLog, onError }: Listener): Promise<number> {
    const { stdout, stderr } = this.#child;
    const read = async (stream: typeof stdout, take: (line: string) => void) => {
      for await (const line of stream.pipeThrough(new TextLineStream())) {
        await this.#reading;
        take(line);
      }
    };
    await Promise.all([read(stdout, onLog), read(stderr, onError)]);
    return await this.ended;
  }
}
