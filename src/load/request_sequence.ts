import type { Message } from "./load.ts";
import { Random } from "./random.ts";

/** A message, ready to be sent. */
export interface ExactMessage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly bodiless: boolean;
}

/** Bytes of the plans of two connections with neighbouring numbers look nothing alike. */
const STRIDE = 0x9e3779b1;

/** Takes messages out of their transport form. */
export function decodeMessages(messages: readonly Message[]): readonly ExactMessage[] {
  return messages.map(({ base64, bodiless }) => ({
    bytes: Uint8Array.fromBase64(base64),
    bodiless,
  }));
}

/**
 * What one connection sends, message after message: the same for the same seed,
 * messages and number, however long the answers take and whatever the others do.
 */
export class RequestSequence {
  readonly #random: Random;
  readonly #messages: readonly ExactMessage[];
  /** For each message the sum of the weights up to it. */
  readonly #bounds: readonly number[];

  /**
   * @param exact The messages, decoded once for all connections.
   * @param slot The number of the connection.
   */
  constructor(
    messages: readonly Message[],
    exact: readonly ExactMessage[],
    seed: number,
    slot: number,
  ) {
    let sum = 0;
    this.#bounds = messages.map(({ weight }) => sum += weight);
    this.#messages = exact;
    this.#random = new Random(Math.imul(slot + 1, STRIDE) ^ seed);
  }

  next(): ExactMessage {
    const [first] = this.#messages;
    if (first === undefined) throw new Error("There is no message to send");
    if (this.#messages.length === 1) return first;
    const drawn = this.#random.below(this.#bounds.at(-1) ?? 0);
    return this.#messages[this.#bounds.findIndex((bound) => drawn < bound)] ?? first;
  }
}
