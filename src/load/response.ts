import type { DecodedMessage } from "./request_sequence.ts";

/** Whether a response is incomplete, complete, or complete and the last one of its connection. */
export type ReadState = "more" | "done" | "last";

/** Reads the responses on one connection, one after the other. */
export interface ResponseReader {
  /** Why the response counts as failed, such as `status 503`; null if it does not. */
  readonly failure: string | null;
  /** Expects the response to a message. */
  begin(message: DecodedMessage): void;
  /** Reads bytes that have arrived. Bytes beyond the end of the response are a failure. */
  take(bytes: Uint8Array<ArrayBuffer>): ReadState;
  /** Whether the response is complete now that the server has closed its side. */
  end(): boolean;
}

/** The failure of a response whose end cannot be known. */
export const WRONG = "wrong response";

/** The failure of a response that more bytes follow. */
export const EXCESS = "excess data";
