import { thrownError } from "../base/thrown.ts";
import { sleep } from "../base/timers.ts";
import { acceptAction } from "./accept_errors.ts";
import type { Emit } from "./event.ts";
import type { Listener } from "./listener.ts";
import { disableNagle } from "./nagle.ts";
import type { Socket } from "./socket.ts";

/** Pause after an accept error that lasts, in milliseconds. */
const OUTAGE_PAUSE = 100;
/** Time for clients to finish connecting before the queue counts as empty, in milliseconds. */
const QUIET = 10;
/** So many turns of the event loop without a client show that the queue is empty. */
const EMPTY_TURNS = 4;
/** The most turns to drain the queue while clients keep coming; each takes at least a millisecond. */
const MOST_TURNS = 200;

/** The kernel's accept queue of a listening socket. */
export class AcceptQueue {
  readonly #emit: Emit;
  #listener: Listener;
  #sockets: AsyncIterator<Socket>;
  #accepted = 0;
  /** When accepting began to fail; null while it works. */
  #outageSince: number | null = null;

  constructor(listener: Listener, emit: Emit) {
    this.#emit = emit;
    this.#listener = listener;
    this.#sockets = listener[Symbol.asyncIterator]();
  }

  /** Whether other lanes accept from the same queue. */
  get isShared(): boolean {
    return this.#listener.isShared;
  }

  /** Whether a client that is left in the queue is somebody else's. */
  get isHeldOutside(): boolean {
    return this.#listener.isHeldOutside;
  }

  /** Accepts the next client, retrying on errors; null once the listener is closed. */
  async next(): Promise<Socket | null> {
    for (;;) {
      try {
        const { value, done } = await this.#sockets.next();
        if (this.#outageSince !== null) this.#recover(this.#outageSince);
        if (done) return null;
        this.#accepted++;
        disableNagle(value);
        return value;
      } catch (cause) {
        await this.#survive(thrownError(cause));
      }
    }
  }

  /**
   * Continues with another handle of the socket after {@linkcode close}.
   *
   * @returns false after a pause, if the system does not give one.
   */
  async reopen(open: () => Promise<Listener>): Promise<boolean> {
    try {
      this.#listener = await open();
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      await this.#survive(thrownError(cause));
      return false;
    }
    this.#sockets = this.#listener[Symbol.asyncIterator]();
    return true;
  }

  /**
   * Resolves when the queue is empty (several turns of the event loop accepted no
   * client) or after many turns. Then close at once, before another client arrives.
   * Turns, not time: when something blocks the event loop, clients only wait longer.
   *
   * @param isAccepting Whether a queued client would be accepted now; if not, the turn proves nothing.
   */
  async drained(isAccepting: () => boolean): Promise<void> {
    await sleep(QUIET);
    let empty = 0;
    for (let turn = 0; turn < MOST_TURNS && empty < EMPTY_TURNS; turn++) {
      const before = this.#accepted;
      await sleep(1);
      empty = this.#accepted === before && isAccepting() ? empty + 1 : 0;
    }
  }

  close(): void {
    this.#listener.close();
  }

  async #survive(error: Error): Promise<void> {
    if (acceptAction(error) === "skip") {
      this.#emit({ type: "vanished", error });
      return;
    }
    if (this.#outageSince === null) {
      this.#outageSince = performance.now();
      this.#emit({ type: "starved", error });
    }
    await sleep(OUTAGE_PAUSE);
  }

  #recover(since: number): void {
    this.#outageSince = null;
    this.#emit({ type: "recovered", duration: performance.now() - since });
  }
}
