import { ConnectionError } from "../../../core/errors.ts";
import { ExchangeError, type ExchangeFault } from "../../../http/client/exchange_error.ts";
import { HttpError } from "../../../http/error.ts";

/** The statuses of faults; 502 for all others. */
const STATUS: Partial<Record<ExchangeFault, number>> = {
  destination_unavailable: 503,
  connection_limit_reached: 503,
  connection_timeout: 504,
  connection_read_timeout: 504,
  connection_write_timeout: 504,
  http_response_timeout: 504,
};

/** What clients are told: nothing about the backends themselves. */
const REASONS: Record<ExchangeFault, string> = {
  destination_unavailable: "no backend is available",
  connection_limit_reached: "too many requests are in progress",
  connection_refused: "the backend cannot be reached",
  connection_timeout: "the backend cannot be reached in time",
  connection_terminated: "the backend closed the connection without a response",
  connection_read_timeout: "the backend took too long",
  connection_write_timeout: "the backend took too long",
  http_response_timeout: "the backend took too long",
  http_response_incomplete: "the response of the backend is incomplete",
  http_response_header_section_size: "the response of the backend has a header that is too large",
  http_protocol_error: "the response of the backend is invalid",
};

/** A request that got no response from a backend, as its client sees it. */
export class GatewayError extends HttpError {
  /** @param cause For the log. */
  constructor(readonly fault: ExchangeFault, cause: unknown) {
    super(STATUS[fault] ?? 502, REASONS[fault], [["Proxy-Status", `sluice; error=${fault}`]]);
    this.cause = cause;
  }
}

/** What is wrong if no connection to a backend can be made. */
function faultOfDial({ endedBy, cause }: ConnectionError): ExchangeFault {
  if (endedBy === "timeout") return "connection_timeout";
  return cause instanceof Deno.errors.ConnectionRefused
    ? "connection_refused"
    : "connection_terminated";
}

/** Whether the backend is to blame for an error, or the way to it. */
export function isOfBackend(error: unknown): boolean {
  return error instanceof ConnectionError && error.peer === "upstream";
}

/** What is wrong between the gateway and its backends; null if it is something else. */
export function faultOf(error: unknown): ExchangeFault | null {
  if (error instanceof ExchangeError) return error.fault;
  if (!(error instanceof ConnectionError)) return null;
  if (error.peer === "upstream") return faultOfDial(error);
  if (error.endedBy === "client") return null;
  // It has waited for a backend in vain.
  return error.endedBy === "limit" ? "connection_limit_reached" : "destination_unavailable";
}

/** The error to send a client; what its own connection or request has caused stays as it is. */
export function gatewayError(error: unknown): unknown {
  const fault = faultOf(error);
  return fault === null ? error : new GatewayError(fault, error);
}
