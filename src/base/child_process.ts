import { encodeMessage, encodeWord, readMessages } from "./pipe.ts";
import { later } from "./timers.ts";
import { writeAll } from "./write_text.ts";

/** Characters of other output that may wait to be passed on; more is dropped. */
const RELAY_LIMIT = 16 * 1024 * 1024;
const encoder = new TextEncoder();

/**
 * A child process that exchanges messages with this one over its standard
 * streams, as `pipe.ts` encodes them. All other output is passed on.
 */
export class ChildProcess<Sent, Received> {
  /** Resolves when the process has exited. */
  readonly status: Promise<Deno.CommandStatus>;
  /**
   * Resolves when all its output has been read: after `status`, once any programs
   * that it started have closed its standard streams, too.
   */
  readonly outputRead: Promise<unknown>;
  /** Resolves when what else it printed is written as well; never while nobody reads that. */
  readonly outputPassedOn: Promise<unknown>;
  readonly #child: Deno.ChildProcess;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #word = crypto.randomUUID();

  /**
   * Starts the process.
   *
   * @param args Arguments of this executable.
   * @param receive Called with each message from the child; with undefined for one
   * that is too long.
   */
  constructor(args: readonly string[], receive: (message: Received) => void) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.status = this.#child.status;
    this.#stdin = this.#child.stdin.getWriter();
    // Fails once the process has exited, which `status` reports.
    this.#stdin.closed.catch(() => {});
    this.#send(encodeWord(this.#word));
    const { stdout, stderr } = this.#child;
    const relays = [new Relay(Deno.stdout), new Relay(Deno.stderr)] as const;
    this.outputRead = Promise.all([
      readMessages(stdout, receive, relays[0].add, this.#word),
      readMessages(stderr, receive, relays[1].add, this.#word),
    ]);
    this.outputPassedOn = this.outputRead.then(() => Promise.all(relays.map((one) => one.written)));
  }

  get pid(): number {
    return this.#child.pid;
  }

  send(message: Sent): void {
    this.#send(encodeMessage(message, this.#word));
  }

  #send(line: string): void {
    this.#stdin.write(encoder.encode(line)).catch(() => {});
  }

  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch { // It has exited.
    }
  }

  /**
   * Closes the standard input of the process, which tells it to exit, and kills
   * it after `patience` milliseconds. Resolves when it has exited.
   */
  async finish(patience: number): Promise<void> {
    this.#stdin.close().catch(() => {});
    const cancel = later(patience, () => this.kill());
    await this.status;
    cancel();
  }
}

/**
 * Passes output on to a stream of this process, in order. Drops it once its reader is
 * gone, and what comes faster than that reads: then it says how much, where that is
 * missing, and goes on once half of what waited is written.
 */
class Relay {
  readonly #stream: { write(data: Uint8Array): Promise<number> };
  /** Resolves when all output so far is written. */
  written: Promise<void> = Promise.resolve();
  /** Characters that wait. */
  #held = 0;
  /** Characters that were dropped after those. */
  #dropped = 0;
  #isMidLine = false;

  constructor(stream: { write(data: Uint8Array): Promise<number> }) {
    this.#stream = stream;
  }

  readonly add = (text: string): void => {
    const isFull = this.#dropped === 0
      ? this.#held + text.length > RELAY_LIMIT
      : this.#held > RELAY_LIMIT / 2;
    if (isFull) {
      this.#dropped += text.length;
      return;
    }
    this.#append(this.#takeReport() + text);
    this.#isMidLine = !text.endsWith("\n");
  };

  #append(text: string): void {
    this.#held += text.length;
    this.written = this.written.then(() => this.#write(text)).catch(() => {});
  }

  async #write(text: string): Promise<void> {
    try {
      await writeAll(this.#stream, encoder.encode(text));
    } finally {
      this.#held -= text.length;
    }
    // Perhaps nothing follows what was dropped.
    if (this.#held === 0) await writeAll(this.#stream, encoder.encode(this.#takeReport()));
  }

  /** The line that reports what was dropped since the last one; empty if nothing was. */
  #takeReport(): string {
    const count = this.#dropped;
    if (count === 0) return "";
    this.#dropped = 0;
    const begin = this.#isMidLine ? "\n" : "";
    this.#isMidLine = false;
    return `${begin}Dropped ${count} characters of output: nobody has read it in time\n`;
  }
}
