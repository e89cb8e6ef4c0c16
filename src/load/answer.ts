import type { ExactMessage } from "./request_sequence.ts";

/** How an answer stands: there is more to come, it is over, or over with the connection. */
export type Standing = "more" | "over" | "last";

/** Reads the answers on one connection, one after the other. */
export interface AnswerReader {
  /** How the answer is wrong, such as `status 503`; null when it is not. */
  readonly failure: string | null;
  /** A message was sent: its answer is next. */
  begin(message: ExactMessage): void;
  /** Takes what has arrived; all of it belongs to the answer, or is too much. */
  take(bytes: Uint8Array<ArrayBuffer>): Standing;
  /** The server has said its end: whether the answer is over with that. */
  end(): boolean;
}

/** What came is no answer, so nobody can know where it ends. */
export const WRONG = "wrong answer";

/** More came than one answer. */
export const SURPLUS = "more than an answer";
