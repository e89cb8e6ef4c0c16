import { concat } from "../base/concat.ts";
import { ChunkedBody } from "../http/codec/body_decoder.ts";
import {
  CHUNKED,
  parseResponseHead,
  type ResponseHead,
  UNTIL_CLOSE,
} from "../http/codec/parse_response_head.ts";
import type { DecodedMessage } from "./request_sequence.ts";
import { EXCESS, type ReadState, type ResponseReader, WRONG } from "./response.ts";

const NOTHING = new Uint8Array(0);
const NO_LIMITS = { maxBodySize: Infinity, maxHeaderSize: Infinity, maxHeaders: Infinity };
/** The most bytes of a header section. */
const MAX_HEAD = 256 * 1024;

/** Reads HTTP/1.1 responses (RFC 9112), and keeps nothing of them. */
export class HttpResponseReader implements ResponseReader {
  failure: string | null = null;
  #isBodiless = false;
  /** The beginning of an incomplete header section or chunk size. */
  #carried = NOTHING;
  /** Null until the header section is complete. */
  #head: ResponseHead | null = null;
  /** Bytes of the body that have not arrived. */
  #rest = 0;
  #chunks: ChunkedBody | null = null;

  begin({ bodiless }: DecodedMessage): void {
    this.failure = null;
    this.#isBodiless = bodiless;
    this.#carried = NOTHING;
    this.#head = null;
    this.#chunks = null;
  }

  take(bytes: Uint8Array<ArrayBuffer>): ReadState {
    if (this.#carried.length > 0) {
      bytes = concat(this.#carried, bytes);
      this.#carried = NOTHING;
    }
    if (this.#head !== null) return this.#takeBody(bytes, 0, this.#head);
    for (let from = 0;;) {
      const head = parseResponseHead(bytes, from);
      if (head === "more") {
        this.#carried = bytes.slice(from);
        return this.#carried.length > MAX_HEAD ? this.#fail(WRONG) : "more";
      }
      if (head === "malformed") return this.#fail(WRONG);
      from = head.end;
      // An interim response precedes the final one (RFC 9110, 15.2).
      if (head.status < 200) continue;
      this.#head = head;
      if (head.status >= 400) this.failure = `status ${head.status}`;
      this.#rest = this.#isBodiless || head.status === 204 || head.status === 304 ? 0 : head.length;
      if (this.#rest === CHUNKED) this.#chunks = new ChunkedBody(NO_LIMITS);
      return this.#takeBody(bytes, from, head);
    }
  }

  end(): boolean {
    return this.#head !== null && this.#rest === UNTIL_CLOSE;
  }

  #takeBody(bytes: Uint8Array<ArrayBuffer>, from: number, head: ResponseHead): ReadState {
    if (this.#chunks !== null) return this.#takeChunks(this.#chunks, bytes.subarray(from), head);
    if (this.#rest === UNTIL_CLOSE) return "more";
    const arrived = bytes.length - from;
    if (arrived > this.#rest) return this.#fail(EXCESS);
    this.#rest -= arrived;
    return this.#rest > 0 ? "more" : head.isLast ? "last" : "done";
  }

  #takeChunks(chunks: ChunkedBody, bytes: Uint8Array<ArrayBuffer>, head: ResponseHead): ReadState {
    try {
      for (;;) {
        const part = chunks.decode(bytes);
        bytes = bytes.subarray(chunks.consumed);
        if (part === "more") {
          this.#carried = bytes.slice();
          return "more";
        }
        if (part !== "end") continue;
        if (bytes.length > 0) return this.#fail(EXCESS);
        return head.isLast ? "last" : "done";
      }
    } catch { // The codec words its errors for clients.
      return this.#fail(WRONG);
    }
  }

  #fail(reason: string): "last" {
    this.failure = reason;
    return "last";
  }
}
