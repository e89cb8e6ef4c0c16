import type { Connection } from "./connection.ts";
import type { Clock, Timed } from "./deadlines.ts";
import type { EndedBy } from "./event.ts";
import type { Flow, FlowFilter, FlowHost } from "./flow.ts";
import { DRAIN_QUIET } from "./phase_timeouts.ts";

/** How long half a relay may be silent where `--idle-timeout` sets no limit, in milliseconds. */
const HALF_OPEN_LIMIT = 5 * 60_000;

/** How a protocol ends a conversation between two that would go on. */
export interface Farewell {
  /** For what the client sends. */
  readonly up: FlowFilter;
  /** For what the upstream sends. */
  readonly down: FlowFilter;
  /** Whether both have been told. */
  readonly isSaid: boolean;
  /** Whether both have answered. */
  readonly isAnswered: boolean;
  /** Tells both, or has the filters do so. Called again and again, while nothing is being written. */
  say(client: Connection, upstream: Connection): void;
}

/**
 * Passes bytes between a client and an upstream, both ways at once, until both have
 * ended their streams. Each may end its own first: the other direction goes on.
 *
 * - A side that is lost ends the relay: the other one is closed, a client only after it
 *   was sent all that had arrived for it, and has had a moment to read that.
 * - `--idle-timeout` ends it after a time without bytes in either direction, and
 *   `--write-timeout` when one side accepts none.
 * - In a drain, it ends once it is silent and the upstream owes no answer; or by its farewell,
 *   which they have a moment to answer.
 *
 * @param farewell That of the protocol; null if it has none.
 * @throws {ConnectionError} If one side was lost, or the relay was ended; its `peer`
 * and `endedBy` say which and by whom.
 */
export function relay(
  client: Connection,
  upstream: Connection,
  farewell: Farewell | null = null,
): Promise<void> {
  return new Relay(client, upstream, farewell).run();
}

class Relay implements FlowHost, Timed {
  readonly #client: Connection;
  readonly #upstream: Connection;
  /** From the client to the upstream, and back. */
  readonly #up: Flow;
  readonly #down: Flow;
  readonly #farewell: Farewell | null;
  readonly #clock: Clock;
  readonly #over = Promise.withResolvers<void>();
  active: number;
  latest: Flow | null = null;
  /** Who was the first to end its stream. */
  #endedBy: EndedBy | null = null;
  #hasAnswered = false;
  /** When both had not been told yet, by the clock; null before the farewell. */
  #leaveTime: number | null = null;
  /** The flows that have not come to their end. */
  #running = 2;
  /** The first error. */
  #error: unknown = null;

  constructor(client: Connection, upstream: Connection, farewell: Farewell | null) {
    this.#client = client;
    this.#upstream = upstream;
    this.#farewell = farewell;
    this.#up = client.flowTo(upstream, this, farewell?.up ?? null);
    this.#down = upstream.flowTo(client, this, farewell?.down ?? null);
    this.#clock = client.keepTime(this);
    upstream.keepTime(this);
    this.active = this.#clock.now;
  }

  get now(): number {
    return this.#clock.now;
  }

  run(): Promise<void> {
    void this.#up.run();
    void this.#down.run();
    return this.#over.promise;
  }

  expire(): void {
    // Then the write timeout counts.
    if (this.#up.isBlocked || this.#down.isBlocked) return;
    const { draining, idleTimeout } = this.#client;
    if (draining.aborted && this.#farewell !== null) return this.#takeLeave(this.#farewell);
    const isOwed = this.latest === this.#up && !this.#hasAnswered;
    if (draining.aborted && !isOwed && this.#isSilentFor(DRAIN_QUIET)) return this.#end("drain");
    const limit = idleTimeout === 0 && this.#endedBy !== null ? HALF_OPEN_LIMIT : idleTimeout;
    if (this.#isSilentFor(limit)) this.#end("timeout");
  }

  #takeLeave(farewell: Farewell): void {
    if (this.#leaveTime === null) {
      this.#leaveTime = this.active = this.now;
      this.#endedBy ??= "drain";
    }
    // What is in progress is passed on to its end before, and may take its time.
    if (!farewell.isSaid) this.#leaveTime = this.now;
    farewell.say(this.#client, this.#upstream);
    const isLate = this.#clock.isOver(this.#leaveTime, DRAIN_QUIET);
    if (farewell.isAnswered || isLate || this.#isSilentFor(DRAIN_QUIET)) this.#end("drain");
  }

  // An upstream that takes no more may have sent an answer before, such as why.
  refused(flow: Flow, error: unknown): void {
    if (flow === this.#down) this.#loseClient(error);
    else if (this.#hasAnswered) this.#loseUpstream(error);
    else this.#error ??= error;
  }

  ended(flow: Flow, error: unknown): void {
    if (flow === this.#down) this.#downEnded(error);
    else if (error !== null) this.#loseClient(error);
    else this.#endedBy ??= "client";
    if (--this.#running > 0) return;
    if (this.#error !== null) return this.#over.reject(this.#error);
    this.#client.endAs(this.#endedBy ?? "server");
    this.#over.resolve();
  }

  #downEnded(error: unknown): void {
    if (error !== null) return this.#loseUpstream(error);
    this.#endedBy ??= "upstream";
    this.#hasAnswered = true;
    if (this.#error !== null) this.#loseUpstream(this.#error);
  }

  #loseClient(error: unknown): void {
    this.#error ??= error;
    this.#end("client");
  }

  #loseUpstream(error: unknown): void {
    this.#error ??= error;
    this.#up.isDropping = true;
    this.#upstream.endAs("upstream");
    // If that fails, reading does, too.
    this.#client.leave("upstream").catch(() => {});
  }

  #end(endedBy: EndedBy): void {
    this.#client.endAs(endedBy);
    this.#upstream.endAs(endedBy);
  }

  #isSilentFor(limit: number): boolean {
    return this.#clock.isOver(this.active, limit);
  }
}
