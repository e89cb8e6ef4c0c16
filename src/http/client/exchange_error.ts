import { ConnectionError } from "../../core/errors.ts";
import type { EndedBy } from "../../core/event.ts";
import { MalformedResponseError } from "../error.ts";

/** What went wrong between a gateway and its backend: error types of RFC 9209, 2.3. */
export type ExchangeFault =
  | "destination_unavailable"
  | "connection_refused"
  | "connection_terminated"
  | "connection_timeout"
  | "connection_read_timeout"
  | "connection_write_timeout"
  | "connection_limit_reached"
  | "http_response_incomplete"
  | "http_response_header_section_size"
  | "http_response_timeout"
  | "http_protocol_error";

/** A backend gave no response, or not all of one. */
export class ExchangeError extends ConnectionError {
  override readonly name = "ExchangeError";

  constructor(message: string, readonly fault: ExchangeFault, endedBy: EndedBy, cause?: unknown) {
    super(message, endedBy, { peer: "upstream", cause });
  }
}

/** The error for a backend that has sent, or done, something wrong. */
export function wrongOf(what: string, fault: ExchangeFault, cause?: unknown): ExchangeError {
  return new ExchangeError(`The backend ${what}`, fault, "upstream", cause);
}

/** The error for a response that cannot be decoded. */
export function undecodable(error: unknown): unknown {
  if (!(error instanceof MalformedResponseError)) return error;
  const isMalformed = error.kind === "malformed";
  const fault = isMalformed ? "http_protocol_error" : "http_response_header_section_size";
  return wrongOf(`sent an invalid response: ${error.reason}`, fault, error);
}

/**
 * The error for a connection that was lost.
 *
 * @param late What took too long, if that has ended it; null otherwise.
 * @param cutOff What is wrong if the backend has ended it.
 */
export function lostBy(error: unknown, late: ExchangeFault | null, cutOff: ExchangeFault): unknown {
  if (!(error instanceof Error)) return error;
  if (late !== null) return new ExchangeError("The backend took too long", late, "timeout");
  if (error instanceof ConnectionError && error.endedBy === "timeout") {
    return new ExchangeError("The backend takes no more", "connection_write_timeout", "timeout");
  }
  return wrongOf("was lost", cutOff, error);
}
