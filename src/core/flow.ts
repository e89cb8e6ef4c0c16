import type { Receiver } from "./receiver.ts";
import type { Sender } from "./sender.ts";

/** What flows tell about their progress. It is shared by the two flows of a relay. */
export interface FlowHost {
  /** The time by the clock of the deadline sweeps. */
  readonly now: number;
  /** When bytes last moved, by that clock. */
  active: number;
  /** The flow that last moved some. */
  latest: Flow | null;
  /** Bytes can no longer be written: the flow reads on, and drops what it reads. */
  refused(flow: Flow, error: unknown): void;
  /** The flow has ended; `error` is why reading failed, null if it came to the end of the stream. */
  ended(flow: Flow, error: unknown): void;
}

/** Knows the protocol that passes, and changes what does. */
export interface FlowFilter {
  /** @returns What is passed on in place of the bytes, often the same; valid until the next call. */
  filter(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
}

/**
 * The bytes of one direction of a relay. It reads when all that was read before is
 * written, so a slow reader slows the sender down, and no more than a read buffer is
 * held. It awaits the promises of the sockets themselves, one for each read and write.
 */
export class Flow {
  readonly #from: Receiver;
  readonly #to: Sender;
  readonly #host: FlowHost;
  /** Whether the bytes have nowhere to go any more. */
  isDropping = false;
  readonly #filter: FlowFilter | null;

  /** @param filter null passes all bytes as they are. */
  constructor(from: Receiver, to: Sender, host: FlowHost, filter: FlowFilter | null) {
    this.#from = from;
    this.#to = to;
    this.#host = host;
    this.#filter = filter;
  }

  /** Whether bytes wait for the other side to accept them. */
  get isBlocked(): boolean {
    return this.#to.isWriting;
  }

  // It tells the host how it ended, since a promise that others chain to would hold their
  // functions for as long as the connection lasts.

  /** Passes on all bytes, and then the end of the stream; never rejects. */
  async run(): Promise<void> {
    const [from, to, filter] = [this.#from, this.#to, this.#filter];
    let failure: unknown = null;
    from.enterFlow();
    try {
      for (;;) {
        let data: Uint8Array<ArrayBuffer> | null;
        if (from.isAhead) {
          data = await from.read();
        } else {
          const turn = from.turn();
          if (turn !== null) await turn;
          try {
            data = from.arrived(await from.begin());
          } catch (error) {
            throw from.lost(error);
          }
        }
        if (data === null) return await this.#end();
        this.#moved();
        if (this.isDropping) continue;
        if (filter !== null) data = filter.filter(data);
        try {
          for (let count = 0; count < data.length;) {
            if (count > 0) data = data.subarray(count);
            count = await to.begin(data);
            to.sent(count, count === data.length);
            this.#moved();
          }
        } catch (error) {
          this.#refused(to.lost(error));
        }
      }
    } catch (error) {
      failure = error;
    } finally {
      from.leaveFlow();
      this.#host.ended(this, failure);
    }
  }

  async #end(): Promise<void> {
    if (this.isDropping) return;
    try {
      await this.#to.end();
    } catch (error) {
      this.#refused(error);
    }
  }

  #moved(): void {
    const host = this.#host;
    host.active = host.now;
    host.latest = this;
  }

  #refused(error: unknown): void {
    this.isDropping = true;
    this.#host.refused(this, error);
  }
}
