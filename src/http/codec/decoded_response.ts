import type { Field } from "../message.ts";

/** Limits on the size of a response's head. Those also apply to its trailers. */
export interface ResponseLimits {
  /** Bytes of a head; of all chunk extensions and trailers together. */
  readonly maxHeaderSize: number;
  /** Field lines of a head; trailer lines. */
  readonly maxHeaders: number;
}

/** The head of a response (RFC 9112, 4 to 6). */
export interface DecodedResponse {
  /** From 100 to 999. */
  readonly status: number;
  /** The y of HTTP/1.y. */
  readonly minor: number;
  /** All fields in order, with names as sent, and one character per byte. */
  readonly fields: readonly Field[];
  /**
   * Bytes of the body; null if it is chunked, "close" if it ends with the connection. 0 if
   * there is none, as in a response to HEAD, with status 204 or 304, or an interim one.
   */
  readonly length: number | null | "close";
  /** Content-Length, in bytes, even if there is no body; null if there is none. */
  readonly contentLength: number | null;
  /** Whether the connection can take another request after this response. */
  readonly keepAlive: boolean;
}
