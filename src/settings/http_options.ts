/** The options of HTTP: a part of the table in options.ts. */
import * as kinds from "./kinds.ts";
import { option } from "./option.ts";

/** Every option of the group "HTTP". */
export const HTTP_OPTIONS = {
  root: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "HTTP",
    help: "A folder whose files are served; what is no file goes to the handler, if there is one",
  }),
  compress: option(kinds.flag(), {
    default: false,
    group: "HTTP",
    help: "Compress answers that gain by it, for clients that accept it",
  }),
  lab: option(kinds.flag(), {
    default: false,
    group: "HTTP",
    help: "Add routes by which a client can hurt the server, to measure and to try it: /work, " +
      "/serviceA/fail, /serviceB/fail",
  }),
  maxHeaderSize: option(kinds.size(256), {
    default: 16 * 1024,
    group: "HTTP",
    help: "Bytes of the request line and all header fields; above it the client sees 431, or 414 " +
      "where the line alone is larger",
  }),
  maxHeaders: option(kinds.integer(1, 10_000), {
    default: 100,
    group: "HTTP",
    help: "Header fields of a request; above it the client sees 431",
  }),
  maxBodySize: option(kinds.size(0), {
    default: 10 * 1024 ** 2,
    group: "HTTP",
    help: "Bytes of a request's body, counted as it arrives; above it the client sees 413",
  }),
  headerTimeout: option(kinds.duration(), {
    default: 10_000,
    group: "HTTP",
    help: "How long a client may take to send the header, from its first byte on; then it sees " +
      "408; 0 is for ever",
  }),
  bodyTimeout: option(kinds.duration(), {
    default: 30_000,
    group: "HTTP",
    help: "How long a client may take to send the body, and a second more for each 500 bytes of " +
      "it; then it sees 408; 0 is for ever",
  }),
  requestTimeout: option(kinds.duration(), {
    default: 60_000,
    group: "HTTP",
    help: "How long a handler may take until it answers, not counting the wait for the body; " +
      "then the client sees 503; 0 is for ever",
  }),
  keepAlive: option(kinds.duration(), {
    default: 65_000,
    group: "HTTP",
    help: "How long a connection may wait for the next request before it is closed, at most " +
      "--idle-timeout, and two seconds while the server is full; 0 closes after each answer",
  }),
  maxKeepAliveRequests: option(kinds.integer(0, 2 ** 31 - 1), {
    default: 0,
    group: "HTTP",
    help: "Requests after which a connection is closed; 0 is no limit",
  }),
  accessLog: option(kinds.output(), {
    default: null,
    unset: "none",
    group: "HTTP",
    help: "A file to record each request in; - is standard output",
  }),
  accessLogFormat: option(kinds.choice("combined", "json"), {
    default: "combined",
    group: "HTTP",
    help: "How requests are recorded",
  }),
};
