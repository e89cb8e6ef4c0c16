import type { Connection } from "../../core/connection.ts";
import type { Clock } from "../../core/deadlines.ts";
import type { EndedBy } from "../../core/event.ts";
import { HttpError } from "../error.ts";
import type { BodyReader } from "./body_reader.ts";
import type { ConversationOptions } from "./options.ts";

/** The idle timeout while other clients wait for room, in milliseconds. */
const CROWDED_IDLE = 2000;
/** Extra milliseconds per byte of a body: 500 bytes per second. */
const BYTE_TIME = 2;

/** What a conversation is doing. */
export type RequestPhase =
  /** Waiting for the first byte of a request. */
  | "idle"
  /** Receiving a head. */
  | "head"
  /** Waiting for the handler, which may be waiting for the body. */
  | "handler"
  /** Sending the response, while the handler may still read the body. */
  | "response"
  /** Speaking another protocol after an upgrade. */
  | "upgraded";

/** The state of a conversation that its timeouts depend on. */
export interface ConversationState {
  readonly phase: RequestPhase;
  /** When the phase began, by the clock. */
  readonly since: number;
  readonly clock: Clock;
  readonly body: BodyReader;
  readonly connection: Connection;
}

/**
 * Checks whether the client or the handler has exceeded a timeout.
 *
 * @returns Who ends an idle connection, which is closed without a response; the
 * error to send in the middle of a request; null if no timeout has expired.
 */
export function checkTimeouts(
  state: ConversationState,
  options: ConversationOptions,
): EndedBy | HttpError | null {
  const { phase, since, clock, body } = state;
  if (body.isWaiting) {
    return isLate(state, options.bodyTimeout) ? exceeded(408, "the body", "--body-timeout") : null;
  }
  switch (phase) {
    case "idle":
      return checkIdle(state, options);
    case "head":
      return clock.isOver(since, options.headerTimeout)
        ? exceeded(408, "the header", "--header-timeout")
        : null;
    case "handler":
      return clock.isOver(since + body.waited, options.requestTimeout)
        ? exceeded(503, "the handler", "--request-timeout")
        : null;
    default:
      return null;
  }
}

/** Whether the client has exceeded the timeout of its body, plus the time per byte. */
function isLate({ body, clock }: ConversationState, timeout: number): boolean {
  const limit = timeout + body.received * BYTE_TIME;
  return timeout > 0 && clock.isOver(clock.now - body.waited, limit);
}

function checkIdle(
  { since, clock, connection }: ConversationState,
  options: ConversationOptions,
): EndedBy | null {
  // Without keep-alive, the only idle wait is for the first request.
  const limit = options.keepAlive || options.headerTimeout;
  const isOver = clock.isOver(since, limit) || clock.isOver(since, options.idleTimeout) ||
    (connection.isCrowded && clock.isOver(since, CROWDED_IDLE));
  return isOver ? "timeout" : null;
}

function exceeded(status: number, what: string, option: string): HttpError {
  return new HttpError(status, `${what} took longer than ${option}`);
}
