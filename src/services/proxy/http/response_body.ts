import type { DecodedResponse } from "../../../http/codec/response_decoder.ts";
import type { ClientConnection } from "../../../http/client/client_connection.ts";
import { passedTrailers } from "../../../http/forwarding/passed_trailers.ts";
import type { BodySource, Field } from "../../../http/message.ts";

/** Whoever has asked for a response. */
export interface ResponseOwner {
  /** Why the request could not be sent on completely, if the client is to blame; null otherwise. */
  readonly uploadError: unknown;
  /** The response is over. @param isComplete Whether the backend has sent all of it. */
  finished(isComplete: boolean, reason: unknown): void;
}

/** The body of a response, read from its backend as fast as the client takes it. */
export class ResponseBody implements BodySource {
  readonly readsRequest = false;
  /** In bytes; null if it is unknown. */
  readonly length: number | null;
  readonly #client: ClientConnection;
  readonly #owner: ResponseOwner;
  /** What has arrived with the head, until it is taken; null if nothing has. */
  #first: Uint8Array | null;
  #isOver = false;

  /**
   * @param length As of the response.
   * @throws {ExchangeError} If what has arrived with the head is malformed.
   */
  constructor(length: DecodedResponse["length"], client: ClientConnection, owner: ResponseOwner) {
    this.length = length === "close" ? null : length;
    this.#client = client;
    this.#owner = owner;
    // While the client can still be told if it is malformed.
    this.#first = client.ready();
  }

  get trailers(): readonly Field[] {
    return passedTrailers(this.#client.trailers);
  }

  ready(): Uint8Array | null {
    const first = this.#first;
    this.#first = null;
    return first;
  }

  async read(): Promise<Uint8Array | null> {
    try {
      const piece = this.ready() ?? await this.#client.read();
      if (piece === null) this.#isOver = true;
      return piece;
    } catch (error) {
      throw this.#owner.uploadError ?? error;
    }
  }

  close(reason?: unknown): void {
    const isComplete = this.#isOver || (reason === undefined && this.#isAtEnd());
    this.#owner.finished(isComplete, reason);
  }

  /** Whether the body is over without a read that said so, as one that was sent at once. */
  #isAtEnd(): boolean {
    try {
      return this.#client.isAtEnd();
    } catch { // Malformed, in a response that is not sent any further.
      return false;
    }
  }
}
