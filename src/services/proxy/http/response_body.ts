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
  #isOver = false;

  /** @param length As of the response. */
  constructor(length: DecodedResponse["length"], client: ClientConnection, owner: ResponseOwner) {
    this.length = length === "close" ? null : length;
    this.#client = client;
    this.#owner = owner;
  }

  get trailers(): readonly Field[] {
    return passedTrailers(this.#client.trailers);
  }

  ready(): Uint8Array | null {
    return this.#client.ready();
  }

  async read(): Promise<Uint8Array | null> {
    try {
      const piece = await this.#client.read();
      if (piece === null) this.#isOver = true;
      return piece;
    } catch (error) {
      throw this.#owner.uploadError ?? error;
    }
  }

  close(reason?: unknown): void {
    // A body that was sent at once is over without a read that says so.
    const isComplete = this.#isOver || (reason === undefined && this.#client.isAtEnd());
    this.#owner.finished(isComplete, reason);
  }
}
