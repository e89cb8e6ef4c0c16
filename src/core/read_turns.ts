import { InputTurns } from "./input_turns.ts";

/** The most reads that begin in a turn, each with the write that follows it. */
export const READS_PER_TURN = 64;
/** The reads and writes that the runtime completes in a turn; two are those of the turn's own sockets. */
const BUDGET = 128 - 2;
/** With so few connections, a lane does not soon need turns again. */
const FEW = READS_PER_TURN / 2;

/**
 * Lets the connections of a lane begin their reads in the order in which they ask for
 * them, as many in one turn of the event loop as the runtime can complete.
 *
 * It puts off what goes beyond its budget (tokio's cooperative scheduling, which counts
 * all sockets of a thread as one task), and next time takes it up after what has begun
 * meanwhile, the last one first. With more than 128 busy clients, those who came last
 * would be served again and again, and others for seconds not at all.
 */
export class ReadTurns {
  /** Reads that have finished since the last turn began. */
  finished = 0;
  readonly #turns = new InputTurns();
  /** The lane's connections: a few need no order. */
  #connections = 0;
  /** How many of them are read by a flow: a relay has two. */
  #flows = 0;
  /** Reads that have begun since the last turn began. */
  #begun = 0;
  /** Each begins a read, from `#first` on. */
  readonly #waiting: (() => void)[] = [];
  #first = 0;
  #isStopped = false;

  /** A connection begins. */
  enter(): void {
    this.#connections++;
  }

  /** A connection ends. */
  leave(): void {
    if (--this.#connections === FEW && this.#waiting.length === 0) this.#turns.rest();
  }

  /** A flow begins to read one of the connections. */
  enterFlow(): void {
    this.#flows++;
  }

  /** A flow ends. */
  leaveFlow(): void {
    this.#flows--;
  }

  /**
   * Whether a read may begin at once; if not, it waits for its {@linkcode turn}. A relay
   * counts as one connection as long as its sides answer each other. Sides that both send
   * all the time have more to send than one read takes.
   *
   * @param isStreaming Whether the read before left something in the system.
   */
  tryBegin(isStreaming = false): boolean {
    const second = isStreaming ? 0 : this.#flows >> 1;
    if (this.#connections - second <= READS_PER_TURN) return true;
    if (this.#begun >= READS_PER_TURN) return false;
    this.#begun++;
    return true;
  }

  /** Resolves when a read may begin. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) void this.#run();
    });
  }

  /** Lets all reads that wait begin, and closes the sockets. */
  stop(): void {
    this.#isStopped = true;
    this.#turns.rest();
  }

  async #run(): Promise<void> {
    const waiting = this.#waiting;
    while (waiting.length > 0) {
      this.finished = 0;
      if (!this.#isStopped) await this.#turns.next();
      const end = Math.min(this.#first + this.#room(), waiting.length);
      // While some wait, nobody overtakes them.
      this.#begun = end < waiting.length ? READS_PER_TURN : end - this.#first;
      while (this.#first < end) waiting[this.#first++]?.();
      if (this.#first * 2 >= waiting.length) {
        waiting.splice(0, this.#first);
        this.#first = 0;
      }
    }
    if (this.#connections <= FEW) this.#turns.rest();
  }

  /** How many reads may begin, so that the runtime can complete them and their writes. */
  #room(): number {
    if (this.#isStopped) return Infinity;
    // Those that have finished are followed by writes, too.
    const half = (BUDGET - this.finished) >> 1;
    return Math.max(0, Math.min(half, READS_PER_TURN));
  }
}
