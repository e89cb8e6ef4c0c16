import { ConnectionError } from "../../core/errors.ts";
import type { EndedBy } from "../../core/event.ts";

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
