/** A server, as the parent of `--respawn` sees it: its child. */
import { closeDescriptors, openPipe, readPipe, writeToPipe } from "../../base/bare_pipe.ts";
import { EXIT, ExitError } from "../../base/exit.ts";
import { programArguments } from "../../base/run_arguments.ts";
import { type OfParent, PARENT_VARIABLE, withInherited } from "../../core/inherited_sockets.ts";
import { type Crash, NEWS, type Word, WORD_VARIABLE } from "./word.ts";

/** How a server is started. */
interface Start {
  /** The arguments of the program. */
  readonly args: readonly string[];
  /** The descriptors that it inherits. */
  readonly sockets: readonly number[];
  /** Whether it is a spare, which waits to be told that it is to serve. */
  readonly isSpare: boolean;
  /** How the server before it ended. */
  readonly crash: Crash | null;
}

/** See the file. */
export class ServerProcess {
  readonly status: Promise<Deno.CommandStatus>;
  /** Resolves once it accepts connections; never if it does not. */
  readonly ready: Promise<void>;
  /** Resolves once it stops, as it was told to; never if it dies. */
  readonly stopping: Promise<void>;
  /** When it was told to serve, and when it was ready, by `performance.now()`. */
  startedAt = performance.now();
  readyAt: number | null = null;
  readonly #child: Deno.ChildProcess;
  /** The pipe to it, which tells it by its end that this process has died. */
  readonly #life: number;
  #hasEnded = false;

  /**
   * Starts it with the standard streams of this process.
   *
   * @throws {ExitError} 70 if the system has no more processes or descriptors.
   */
  constructor({ args, sockets, isSpare, crash }: Start) {
    const news = requirePipe();
    const life = requirePipe();
    const [parent, ends] = [Deno.pid, [news.writer, life.reader]];
    const word: Word = { parent, news: news.writer, life: life.reader, isSpare, crash };
    const ofParent: OfParent = { parent, sockets };
    try {
      this.#child = withInherited([...sockets, ...ends], () =>
        new Deno.Command(Deno.execPath(), {
          args: [...programArguments(), ...args],
          env: {
            [WORD_VARIABLE]: JSON.stringify(word),
            [PARENT_VARIABLE]: JSON.stringify(ofParent),
          },
          stdin: "inherit",
          stdout: "inherit",
          stderr: "inherit",
        }).spawn());
    } catch (error) {
      closeDescriptors([news.reader, life.writer]);
      throw new ExitError(`Cannot start the server: ${error}`, EXIT.software, { cause: error });
    } finally {
      closeDescriptors(ends);
    }
    this.#life = life.writer;
    this.status = this.#child.status.then((status) => {
      this.#hasEnded = true;
      closeDescriptors([this.#life]);
      return status;
    });
    const ready = Promise.withResolvers<void>();
    const stopping = Promise.withResolvers<void>();
    this.ready = ready.promise;
    this.stopping = stopping.promise;
    void this.#follow(news.reader, { ready: ready.resolve, stopping: stopping.resolve });
  }

  get pid(): number {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Tells a spare to serve. */
  serve(crash: Crash): void {
    if (this.#hasEnded) return;
    this.startedAt = performance.now();
    writeToPipe(this.#life, `${JSON.stringify(crash)}\n`);
  }

  /** Sends a signal; does nothing if the process has ended. */
  send(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch { // It has ended.
    }
  }

  async #follow(reader: number, act: Record<keyof typeof NEWS, () => void>): Promise<void> {
    for await (const news of readPipe(reader)) {
      if (news.includes(NEWS.ready)) {
        this.readyAt = performance.now();
        act.ready();
      }
      if (news.includes(NEWS.stopping)) act.stopping();
    }
  }
}

function requirePipe() {
  const pipe = openPipe();
  if (pipe !== null) return pipe;
  throw new ExitError(
    "Cannot start the server: no file descriptors are left for a pipe to it",
    EXIT.software,
  );
}
