import { concat } from "../../base/concat.ts";
import { type BodyDecoder, ChunkedBody, FixedBody } from "../../http/codec/body_decoder.ts";
import { CHUNKED, UNTIL_CLOSE } from "../../http/codec/parse_response_head.ts";

/** The most bytes of a body that are searched. */
const MAX_BODY = 64 * 1024;
/** Enough for the parts of a chunked body that are not content. */
const LIMITS = { maxBodySize: Infinity, maxHeaderSize: 16 * 1024, maxHeaders: 100 };

/** Whether the text was found, is not there, may still come, or the body cannot be decoded. */
export type SearchState = "found" | "absent" | "more" | "malformed";

/** Searches the body of a response for a text, in UTF-8, as it arrives. */
export class BodySearch {
  readonly #text: string;
  /** Null if the body ends with the connection. */
  readonly #body: BodyDecoder | null;
  readonly #decoder = new TextDecoder();
  /** Bytes of the body that are not decoded yet. */
  #arrived = new Uint8Array(0);
  /** The end of what was searched, in which the text may begin. */
  #tail = "";
  #searched = 0;

  /** @param length The length of the body as {@linkcode ResponseHead} has it. */
  constructor(text: string, length: number) {
    this.#text = text;
    this.#body = length === UNTIL_CLOSE
      ? null
      : length === CHUNKED
      ? new ChunkedBody(LIMITS)
      : new FixedBody(length);
  }

  /** Searches what has arrived. */
  take(bytes: Uint8Array<ArrayBuffer>): SearchState {
    if (this.#body === null) return this.#search(bytes);
    this.#arrived = concat(this.#arrived, bytes);
    try {
      return this.#decode(this.#body);
    } catch { // The codec words its errors for clients.
      return "malformed";
    }
  }

  /** The state once the connection is closed; "more" if it was closed too early. */
  end(): SearchState {
    return this.#body === null ? "absent" : "more";
  }

  #decode(body: BodyDecoder): SearchState {
    for (;;) {
      const part = body.decode(this.#arrived);
      if (part === "end") return "absent";
      const state = part === "more" ? "more" : this.#search(part);
      this.#arrived = this.#arrived.subarray(body.consumed);
      if (part === "more" || state !== "more") return state;
    }
  }

  #search(part: Uint8Array<ArrayBuffer>): SearchState {
    const bytes = part.subarray(0, MAX_BODY - this.#searched);
    this.#searched += bytes.length;
    const text = this.#tail + this.#decoder.decode(bytes, { stream: true });
    if (text.includes(this.#text)) return "found";
    this.#tail = text.slice(Math.max(0, text.length - this.#text.length + 1));
    return this.#searched < MAX_BODY ? "more" : "absent";
  }
}
