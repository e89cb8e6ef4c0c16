import { now } from "../base/clock.ts";
import type { ConnectionContext, Waits } from "./connection_context.ts";
import { ConnectionRecord } from "./connection_record.ts";
import type { Clock } from "./deadlines.ts";

/** Makes the record of a connection. */
export function recordFor(
  { peer, deadlines, waits }: Pick<ConnectionContext, "peer" | "deadlines" | "waits">,
): ConnectionRecord {
  return waits === null
    ? new ConnectionRecord(peer, deadlines)
    : new WaitingRecord(deadlines, waits);
}

/**
 * The record of a client that measures, once, how long it waits for an answer: from the last
 * bytes before that, so that a client that sends slowly does not count as one that waits.
 */
class WaitingRecord extends ConnectionRecord {
  /** Who is told; null once that is done, or the server has spoken first. */
  #waits: Waits | null;
  /** When bytes arrived last; 0 before. */
  #asked = 0;

  constructor(clock: Clock, waits: Waits) {
    super("client", clock);
    this.#waits = waits;
  }

  override received(count: number): void {
    if (this.#waits !== null) this.#asked = now();
    super.received(count);
  }

  override sent(count: number, isAll: boolean): void {
    if (this.#waits !== null) {
      if (this.#asked !== 0) this.#waits.waited(now() - this.#asked);
      this.#waits = null;
    }
    super.sent(count, isAll);
  }
}
