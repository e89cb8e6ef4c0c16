import type { Address } from "../base/address.ts";
import { AddressQueues } from "../core/address_queues.ts";
import { listenOverflows } from "../core/listen_overflows.ts";

/** What is known of the accept queues of a server. */
export interface QueueFacts {
  /** The clients in them; null where the system does not tell. */
  readonly length: number | null;
  /** The share of its limit that the fullest one holds; 0 where the system does not tell. */
  readonly fullest: number;
  /** How often one on this machine was full since the watch began; null where the system does not tell. */
  readonly overflows: number | null;
}

/** Reads the accept queues of a server, in every mode. */
export class QueueWatch implements Disposable {
  readonly #before = listenOverflows();
  /** Undefined until the first reading, which most servers never see; null once it is over. */
  #queues: AddressQueues | null | undefined;

  /** Reads the queues of the addresses. Takes some tenths of a millisecond. */
  read(addresses: readonly Address[]): QueueFacts {
    if (this.#queues === undefined) this.#queues = AddressQueues.open();
    const { length = null, fullest = 0 } = this.#queues?.read(addresses) ?? {};
    const overflows = listenOverflows();
    const isTold = overflows !== null && this.#before !== null;
    return { length, fullest, overflows: isTold ? overflows - this.#before : null };
  }

  [Symbol.dispose](): void {
    this.#queues?.[Symbol.dispose]();
    this.#queues = null;
  }
}
