import type { Clock } from "./deadlines.ts";
import { ConnectionError } from "./errors.ts";
import type { ConnectionSummary, EndedBy, Peer, Phase } from "./event.ts";

/** What a connection is doing and since when, what it has carried, and how it ended. */
export class ConnectionRecord {
  readonly peer: Peer;
  readonly #clock: Clock;
  readonly #begun = performance.now();
  phase: Phase = "idle";
  /** When the phase began, by the clock of the sweeps. */
  since: number;
  isReading = false;
  isWriting = false;
  /** Whether something was sent to an upstream that has sent nothing since: it may be at work. */
  #isOwed = false;
  bytesIn = 0;
  bytesOut = 0;
  requests = 0;
  #endedBy: EndedBy | null = null;
  /** The phase in which it was ended. */
  #endedIn: Phase = "idle";
  /** The phase in which the peer said that it will send no more; null before. */
  #sawEndIn: Phase | null = null;

  constructor(peer: Peer, clock: Clock) {
    this.peer = peer;
    this.#clock = clock;
    this.since = clock.now;
  }

  /** A read begins; a write that is under way decides the phase. */
  startReading(hasPending: boolean): void {
    this.isReading = true;
    if (!this.isWriting) this.enter(hasPending || this.#isOwed ? "reading" : "idle");
  }

  /** The peer has sent bytes. */
  received(count: number): void {
    this.isReading = false;
    this.#isOwed = false;
    this.bytesIn += count;
    if (!this.isWriting) this.enter("serving");
  }

  /** The peer has said that it will send no more. */
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

  /** The peer has taken some bytes of what is written, or the last ones. */
  sent(count: number, isAll: boolean): void {
    this.#isOwed = this.peer === "upstream";
    this.bytesOut += count;
    this.isWriting = !isAll;
    if (!isAll) this.enter("writing");
    else if (this.isReading) this.enter(this.#isOwed ? "reading" : "idle");
    else this.enter("serving");
  }

  /** Whether the peer has said that it will send no more. */
  get sawEnd(): boolean {
    return this.#sawEndIn !== null;
  }

  enter(phase: Phase): void {
    this.phase = phase;
    this.since = this.#clock.now;
  }

  /** Records who ends the connection; the first one counts, and is returned. */
  end(by: EndedBy): EndedBy {
    if (this.#endedBy !== null) return this.#endedBy;
    this.#endedIn = by === this.peer ? this.#sawEndIn ?? this.phase : this.phase;
    return this.#endedBy = by;
  }

  /** Makes an error of a failed read or write: closing the connection here makes them fail, too. */
  lost(cause: unknown): Error {
    // Something other than bytes was to be written, which is a bug in the caller.
    if (cause instanceof TypeError) return cause;
    const endedBy = this.end(this.peer);
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new ConnectionError(
      `Cannot go on with the connection: ended by ${endedBy} while ${this.#endedIn} (${reason})`,
      endedBy,
      { cause, peer: this.peer },
    );
  }

  /** What to report of the connection, now that it is over. */
  summary(): Omit<ConnectionSummary, "id" | "remoteAddr" | "localAddr" | "error"> {
    return {
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      requests: this.requests,
      duration: performance.now() - this.#begun,
      endedBy: this.#endedBy ?? "server",
      phase: this.#endedIn,
    };
  }
}
