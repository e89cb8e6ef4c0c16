import type { Clock } from "./deadlines.ts";
import { ConnectionError } from "./errors.ts";
import type { ConnectionSummary, EndedBy, Peer, Phase } from "./event.ts";
import type { Progress } from "./open_connections.ts";

/** The phase of a connection, its traffic, and how it ended. */
export class ConnectionRecord implements Progress {
  readonly peer: Peer;
  readonly #clock: Clock;
  readonly #begun = performance.now();
  phase: Phase = "idle";
  /** When the phase began, by the clock of the deadline sweeps. */
  since: number;
  isReading = false;
  /** Whether the read in progress only watches the peer, while the service does something else. */
  #isAttending = false;
  isWriting = false;
  /** Whether an upstream owes an answer: it was sent something and has sent nothing since. */
  #isOwed = false;
  bytesIn = 0;
  bytesOut = 0;
  requests = 0;
  #endedBy: EndedBy | null = null;
  /** The phase in which it ended. */
  #endedIn: Phase = "idle";
  /** The phase in which the peer ended its stream; null before. */
  #sawEndIn: Phase | null = null;

  constructor(peer: Peer, clock: Clock) {
    this.peer = peer;
    this.#clock = clock;
    this.since = clock.now;
  }

  get age(): number {
    return performance.now() - this.#begun;
  }

  get phaseAge(): number {
    return this.#clock.now - this.since;
  }

  /** A read begins; a write in progress determines the phase. */
  startReading(hasPending: boolean): void {
    this.isReading = true;
    this.#isAttending = false;
    if (!this.isWriting) this.enter(hasPending || this.#isOwed ? "reading" : "idle");
  }

  /** A read begins that only watches the peer: the service is as busy as before. */
  startAttending(): void {
    this.isReading = true;
    this.#isAttending = true;
  }

  /** The service waits for the read in progress. */
  joinReading(hasPending: boolean): void {
    if (this.#isAttending) this.startReading(hasPending);
  }

  /** The peer has sent bytes. */
  received(count: number): void {
    this.isReading = false;
    this.#isOwed = false;
    this.bytesIn += count;
    if (!this.isWriting) this.enter("serving");
  }

  /** The peer has ended its stream. */
  receivedEnd(): void {
    this.isReading = false;
    this.#sawEndIn ??= this.phase;
    if (!this.isWriting) this.enter("serving");
  }

  /** A write begins. */
  startWriting(): void {
    this.isWriting = true;
    this.enter("writing");
  }

  /** The kernel has accepted `count` bytes of a write; `isAll` if those were the last. */
  sent(count: number, isAll: boolean): void {
    this.#isOwed = this.peer === "upstream";
    this.bytesOut += count;
    this.isWriting = !isAll;
    if (!isAll) this.enter("writing");
    else if (this.isReading && !this.#isAttending) this.enter(this.#isOwed ? "reading" : "idle");
    else this.enter("serving");
  }

  /** Whether the peer has ended its stream. */
  get sawEnd(): boolean {
    return this.#sawEndIn !== null;
  }

  /** Begins a phase, unless the connection is closing: that is its last, whatever still arrives. */
  enter(phase: Phase): void {
    if (this.phase === "closing") return;
    this.phase = phase;
    this.since = this.#clock.now;
  }

  /** Records who ended the connection; the first record counts and is returned. */
  end(by: EndedBy): EndedBy {
    if (this.#endedBy !== null) return this.#endedBy;
    this.#endedIn = by === this.peer ? this.#sawEndIn ?? this.phase : this.phase;
    return this.#endedBy = by;
  }

  /** Makes the error for a failed read or write, including one that failed because this side closed. */
  lost(cause: unknown): Error {
    // The caller tried to write something other than bytes, which is a bug.
    if (cause instanceof TypeError) return cause;
    // The kernel gave up on a peer that no longer acknowledges anything.
    const isTimeout = cause instanceof Deno.errors.TimedOut;
    const endedBy = this.end(isTimeout ? "timeout" : this.peer);
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new ConnectionError(
      `Cannot use the connection: ended by ${endedBy} while ${this.#endedIn} (${reason})`,
      endedBy,
      { cause, peer: this.peer },
    );
  }

  /** Summarizes the ended connection. */
  summary(): Omit<ConnectionSummary, "id" | "remoteAddr" | "localAddr" | "forwarding" | "error"> {
    return {
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      requests: this.requests,
      duration: this.age,
      endedBy: this.#endedBy ?? "server",
      phase: this.#endedIn,
    };
  }
}
