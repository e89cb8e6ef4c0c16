import type { Connection } from "../../core/connection.ts";
import type { Clock } from "../../core/deadlines.ts";
import type { EndedBy } from "../../core/event.ts";
import type { ConversationOptions } from "./options.ts";
import { HttpError } from "../error.ts";
import type { RequestReader } from "./request_reader.ts";

/** How long an idle client may stay while others wait for room, in milliseconds. */
const CROWDED_IDLE = 2000;
/** How long one that has just come may take to send what it came for while the lane leaves. */
const LEAVING_IDLE = 1000;

/** What a conversation is doing. */
export type Phase =
  /** Waiting for the first byte of a request. */
  | "idle"
  /** In the middle of a head. */
  | "head"
  /** Waiting for the handler, or with it for the body. */
  | "handler"
  /** Sending the answer, while the handler may still read the body. */
  | "answer"
  /** Of another protocol now. */
  | "upgraded";

/** What is known of a conversation when it is asked. */
export interface Progress {
  readonly phase: Phase;
  /** When the phase began, by the clock. */
  readonly since: number;
  readonly clock: Clock;
  readonly reader: RequestReader;
  readonly connection: Connection;
}

/**
 * Judges whether the client, or the handler, takes longer than it may.
 *
 * @returns Who ends an idle connection, without a word; the error that a client
 * in the middle of a request is told; null where there is time.
 */
export function lateness(
  progress: Progress,
  options: ConversationOptions,
): EndedBy | HttpError | null {
  const { phase, since, clock, reader } = progress;
  if (reader.isWaiting) {
    return reader.isLate(options.bodyTimeout) ? tooLong(408, "the body", "--body-timeout") : null;
  }
  switch (phase) {
    case "idle":
      return idleness(progress, options);
    case "head":
      return clock.isOver(since, options.headerTimeout)
        ? tooLong(408, "the header", "--header-timeout")
        : null;
    case "handler":
      return clock.isOver(since + reader.waited, options.requestTimeout)
        ? tooLong(503, "the handler", "--request-timeout")
        : null;
    default:
      return null;
  }
}

function idleness(
  { since, clock, connection }: Progress,
  options: ConversationOptions,
): EndedBy | null {
  if (connection.retiring.aborted) return clock.isOver(since, LEAVING_IDLE) ? "drain" : null;
  // With a keep-alive of 0 nobody waits for a second request.
  const limit = options.keepAlive || options.headerTimeout;
  const isOver = clock.isOver(since, limit) || clock.isOver(since, options.idleTimeout) ||
    (connection.isCrowded && clock.isOver(since, CROWDED_IDLE));
  return isOver ? "timeout" : null;
}

function tooLong(status: number, what: string, option: string): HttpError {
  return new HttpError(status, `${what} took longer than ${option}`);
}
