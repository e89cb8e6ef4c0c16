import { HttpError, MalformedResponseError } from "../error.ts";
import type { Field } from "../message.ts";
import { isInterim } from "../status.ts";
import {
  type BodyDecoder,
  type BodyLimits,
  ChunkedBody,
  FixedBody,
  NO_TRAILERS,
} from "./body_decoder.ts";
import type { DecodedResponse, ResponseLimits } from "./decoded_response.ts";
import { ResponseHeadDecoder } from "./response_head_decoder.ts";

export type { DecodedResponse, ResponseLimits };

/**
 * Decodes the responses to the requests of one connection: bytes in, events out, no I/O.
 * The result does not depend on how the bytes were split into reads.
 */
export class ResponseDecoder {
  /** The number of bytes that the last call consumed. */
  consumed = 0;
  /** The trailer fields, with names in lower case; known at the end of the response. */
  trailers: readonly Field[] = NO_TRAILERS;
  readonly #head: ResponseHeadDecoder;
  readonly #limits: BodyLimits;
  #isForHead = false;
  /** The part that comes next. */
  #state: "head" | "body" | "rest of the connection" | "over" = "over";
  #body: BodyDecoder | null = null;

  constructor(limits: ResponseLimits) {
    const { maxHeaderSize, maxHeaders } = limits;
    this.#head = new ResponseHeadDecoder(limits);
    this.#limits = { maxHeaderSize, maxHeaders, maxBodySize: Infinity };
  }

  /** Begins the response to a request with this method. */
  begin(method: string): void {
    this.#head.reset();
    this.#isForHead = method === "HEAD";
    this.#state = "head";
    this.#body = null;
    this.trailers = NO_TRAILERS;
  }

  /**
   * Decodes the next event.
   *
   * @param bytes Everything that has arrived and is not consumed. Consumed bytes may be
   * overwritten.
   * @returns A head, which an interim one (status 1xx, except 101) precedes; a part of the
   * content, as a view of `bytes`; "more" if it needs more bytes; "end" once the response is
   * over. What has arrived after the end belongs to no response: after a 101, to the other
   * protocol.
   * @throws {MalformedResponseError} Nothing after it can be decoded.
   */
  decode(
    bytes: Uint8Array<ArrayBuffer>,
  ): DecodedResponse | Uint8Array<ArrayBuffer> | "more" | "end" {
    this.consumed = 0;
    try {
      switch (this.#state) {
        case "head":
          return this.#decodeHead(bytes);
        case "body":
          return this.#decodeBody(bytes);
        case "rest of the connection":
          this.consumed = bytes.length;
          return bytes.length > 0 ? bytes : "more";
        case "over":
          return "end";
      }
    } catch (error) {
      throw error instanceof HttpError ? malformedResponse(error) : error;
    }
  }

  /**
   * Ends the stream: nothing more arrives.
   *
   * @returns Whether the response is complete; false if it was cut off.
   */
  endOfStream(): boolean {
    if (this.#state === "rest of the connection") this.#state = "over";
    return this.#state === "over";
  }

  #decodeHead(bytes: Uint8Array): DecodedResponse | "more" {
    const response = this.#head.decode(bytes, this.#isForHead);
    if (response === null) return "more";
    this.consumed = this.#head.size;
    const { status, length } = response;
    if (isInterim(status)) return response;
    if (length === 0) {
      this.#state = "over";
    } else if (length === "close") {
      this.#state = "rest of the connection";
    } else {
      this.#state = "body";
      this.#body = length === null ? new ChunkedBody(this.#limits) : new FixedBody(length);
    }
    return response;
  }

  #decodeBody(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | "more" | "end" {
    const body = this.#body as BodyDecoder;
    const decoded = body.decode(bytes);
    this.consumed = body.consumed;
    if (decoded === "end") {
      this.trailers = body.trailers;
      this.#state = "over";
    }
    return decoded;
  }
}

/** The codec words its errors for the clients of a server: none of them is to blame here. */
function malformedResponse({ status, reason }: HttpError): MalformedResponseError {
  return new MalformedResponseError(reason, status === 431 ? "header size" : "malformed");
}
