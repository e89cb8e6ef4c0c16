import type { Message } from "./load.ts";
import { Random } from "./random.ts";

/** A message that is ready to send. */
export interface DecodedMessage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly bodiless: boolean;
}

/** Makes the sequences of neighbouring slots unlike each other. */
const STRIDE = 0x9e3779b1;

export function decodeMessages(messages: readonly Message[]): readonly DecodedMessage[] {
  return messages.map(({ base64, bodiless }) => ({
    bytes: Uint8Array.fromBase64(base64),
    bodiless,
  }));
}

/**
 * The messages that one connection sends: the same for the same seed, messages and slot, however
 * long responses take and whatever the other connections do.
 */
export class RequestSequence {
  readonly #random: Random;
  readonly #messages: readonly DecodedMessage[];
  /** The cumulative weights of the messages. */
  readonly #bounds: readonly number[];

  /**
   * @param decoded The messages, decoded once for all connections.
   * @param slot The number of the connection.
   */
  constructor(
    messages: readonly Message[],
    decoded: readonly DecodedMessage[],
    seed: number,
    slot: number,
  ) {
    let sum = 0;
    this.#bounds = messages.map(({ weight }) => sum += weight);
    this.#messages = decoded;
    this.#random = new Random(Math.imul(slot + 1, STRIDE) ^ seed);
  }

  next(): DecodedMessage {
    const [first] = this.#messages;
    if (first === undefined) throw new Error("Cannot send a message: there is none");
    if (this.#messages.length === 1) return first;
    const drawn = this.#random.below(this.#bounds.at(-1) ?? 0);
    return this.#messages[this.#bounds.findIndex((bound) => drawn < bound)] ?? first;
  }
}
