/** The start of a server, which a signal can end at any time. */
import { type HandledSignal, SIGNALS } from "../base/signals.ts";
import { writeText } from "../base/write_text.ts";
import { PROGRAM } from "./program.ts";
import type { WatchSignals } from "./signals.ts";

/** A start that a signal has ended. */
export class StartInterrupted extends Error {
  override readonly name = "StartInterrupted";

  /** @param exitCode 128 plus the number of the signal. */
  constructor(message: string, readonly exitCode: number) {
    super(message);
  }
}

/**
 * Receives the signals of a server from its first moment. Until it serves, TERM, INT
 * and QUIT end the start at once; the others wait until then.
 */
export class Start {
  readonly #interrupted = Promise.withResolvers<never>();
  readonly #abort = new AbortController();
  readonly #queue: HandledSignal[] = [];
  #step = "reading the command line";
  #act = (signal: HandledSignal): void => this.#interruptOrQueue(signal);

  constructor(watchSignals: WatchSignals) {
    this.#interrupted.promise.catch(() => {});
    watchSignals((signal) => this.#act(signal));
  }

  /** Aborts when a signal ends the start; its reason is a {@linkcode StartInterrupted}. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Takes a step of the start that may last.
   *
   * @param doing What it does, as it ends the sentence "SIGTERM received while ...".
   * @throws {StartInterrupted} If a signal ends the start; the step may go on regardless.
   */
  async step<T>(doing: string, act: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    this.#step = doing;
    return await Promise.race([act(), this.#interrupted.promise]);
  }

  /**
   * Runs the server from its start to its end. If a signal ends the start, says so in
   * one line on standard error.
   *
   * @returns The exit code.
   */
  async run(act: () => Promise<number>): Promise<number> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof StartInterrupted)) throw error;
      writeText(Deno.stderr, `${PROGRAM}: ${error.message}\n`);
      return error.exitCode;
    }
  }

  /** Calls `onSignal` for the signals that wait, and for each one from now on. */
  readonly watchSignals: WatchSignals = (onSignal) => {
    this.#act = onSignal;
    this.#queue.forEach(onSignal);
  };

  /** Forgets the signals that wait, but not one that has ended the start. */
  forgetQueue(): void {
    this.#queue.length = 0;
  }

  #interruptOrQueue(signal: HandledSignal): void {
    const { exitCode } = SIGNALS[signal];
    if (exitCode === null) return void this.#queue.push(signal);
    const reason = new StartInterrupted(
      `Cannot start: ${signal} received while ${this.#step}`,
      exitCode,
    );
    this.#interrupted.reject(reason);
    this.#abort.abort(reason);
  }
}
