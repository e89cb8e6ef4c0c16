import type { Connection } from "../../core/connection.ts";
import type { Clock } from "../../core/deadlines.ts";
import { RequestDecoder, type RequestLimits } from "../codec/request_decoder.ts";
import { RequestHead } from "../codec/request_head.ts";
import { BodyReader } from "./body_reader.ts";
import type { Output } from "./output.ts";

/** Reads the requests of one connection. */
export class RequestReader {
  /** Reads the body of the current request. */
  readonly body: BodyReader;
  readonly #connection: Connection;
  readonly #decoder: RequestDecoder;

  /** @param output Flushed before a read of a body waits for the client. */
  constructor(connection: Connection, output: Output, limits: RequestLimits, clock: Clock) {
    this.#connection = connection;
    this.#decoder = new RequestDecoder(limits);
    this.body = new BodyReader(connection, output, this.#decoder, clock);
  }

  /** Whether part of a head has arrived. */
  get isInHead(): boolean {
    return this.#decoder.isInHead;
  }

  /** A head that is incomplete or malformed, except for its request line; null if there is none. */
  get begun(): RequestHead | null {
    return this.#decoder.begun;
  }

  /** What the beginning of an incomplete or malformed request line tells; null if nothing. */
  get begunLine(): RequestHead | null {
    return this.#connection.hasPending ? RequestHead.fromBegin(this.#connection.pending) : null;
  }

  /**
   * Decodes the next head. The body of the previous request must be over.
   *
   * @returns null if it has not arrived completely.
   * @throws {HttpError} As {@linkcode RequestDecoder.decode}.
   */
  next(): RequestHead | null {
    if (!this.#connection.hasPending) return null;
    const decoded = this.#decoder.decode(this.#connection.pending);
    if (decoded === "more") return null;
    this.#connection.skip(this.#decoder.consumed);
    // Never a part of a body: the previous one is over.
    const head = decoded as RequestHead;
    this.body.begin(head);
    return head;
  }
}
