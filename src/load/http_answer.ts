import { ChunkedBody } from "../http/codec/body_decoder.ts";
import { type AnswerReader, type Standing, SURPLUS, WRONG } from "./answer.ts";
import type { ExactMessage } from "./request_sequence.ts";
import { type AnswerHead, CHUNKED, parseAnswerHead, UNTIL_CLOSE } from "./http_answer_head.ts";

const NOTHING = new Uint8Array(0);
const NO_LIMITS = { maxBodySize: Infinity, maxHeaderSize: Infinity, maxHeaders: Infinity };
/** The most bytes of a header. */
const MAX_HEAD = 256 * 1024;

/** An HTTP/1.1 response (RFC 9112), of which nothing is kept but whether it is whole. */
export class HttpAnswer implements AnswerReader {
  failure: string | null = null;
  #isBodiless = false;
  /** What arrived of a header, or of a chunk's size, that is not whole. */
  #carried = NOTHING;
  /** Null until the header is there. */
  #head: AnswerHead | null = null;
  /** Bytes of the body that are yet to come. */
  #rest = 0;
  #chunks: ChunkedBody | null = null;

  begin({ bodiless }: ExactMessage): void {
    this.failure = null;
    this.#isBodiless = bodiless;
    this.#carried = NOTHING;
    this.#head = null;
    this.#chunks = null;
  }

  take(bytes: Uint8Array<ArrayBuffer>): Standing {
    if (this.#carried.length > 0) {
      bytes = joined(this.#carried, bytes);
      this.#carried = NOTHING;
    }
    if (this.#head !== null) return this.#takeBody(bytes, 0, this.#head);
    for (let from = 0;;) {
      const head = parseAnswerHead(bytes, from);
      if (head === "more") {
        this.#carried = bytes.slice(from);
        return this.#carried.length > MAX_HEAD ? this.#wrong(WRONG) : "more";
      }
      if (head === "malformed") return this.#wrong(WRONG);
      from = head.end;
      // Of an interim response the final one is still to come (RFC 9110, 15.2).
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

  #takeBody(bytes: Uint8Array<ArrayBuffer>, from: number, head: AnswerHead): Standing {
    if (this.#chunks !== null) return this.#takeChunks(this.#chunks, bytes.subarray(from), head);
    if (this.#rest === UNTIL_CLOSE) return "more";
    const given = bytes.length - from;
    if (given > this.#rest) return this.#wrong(SURPLUS);
    this.#rest -= given;
    return this.#rest > 0 ? "more" : head.isLast ? "last" : "over";
  }

  #takeChunks(chunks: ChunkedBody, bytes: Uint8Array<ArrayBuffer>, head: AnswerHead): Standing {
    try {
      for (;;) {
        const part = chunks.decode(bytes);
        bytes = bytes.subarray(chunks.consumed);
        if (part === "more") {
          this.#carried = bytes.slice();
          return "more";
        }
        if (part !== "end") continue;
        if (bytes.length > 0) return this.#wrong(SURPLUS);
        return head.isLast ? "last" : "over";
      }
    } catch { // The codec's own words are for a client; this is one.
      return this.#wrong(WRONG);
    }
  }

  #wrong(how: string): "last" {
    this.failure = how;
    return "last";
  }
}

function joined(
  a: Uint8Array<ArrayBuffer>,
  b: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
