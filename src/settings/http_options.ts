/** The options of HTTP, a part of the table in options.ts. */
import * as kinds from "./kinds.ts";
import { option } from "./option.ts";

/** Every option of the group "HTTP". */
export const HTTP_OPTIONS = {
  root: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "HTTP",
    help: "Folder to serve files from; other requests go to the handler, if there is one",
  }),
  compress: option(kinds.flag(), {
    default: false,
    group: "HTTP",
    help: "Compress responses where it pays off, for clients that accept it",
  }),
  lab: option(kinds.flag(), {
    default: false,
    group: "HTTP",
    help: "Add routes for measurements, by which any client can load the server or make it fail: " +
      "/work, /serviceA/fail, /serviceB/fail",
  }),
  maxHeaderSize: option(kinds.size(256), {
    default: 16 * 1024,
    group: "HTTP",
    help: "Maximum size of the request line and all header fields; a client that exceeds it gets " +
      "431, or 414 if the line alone does",
  }),
  maxHeaders: option(kinds.integer(1, 10_000), {
    default: 100,
    group: "HTTP",
    help: "Maximum number of header fields in a request; a client that exceeds it gets 431",
  }),
  maxBodySize: option(kinds.size(0), {
    default: 10 * 1024 ** 2,
    group: "HTTP",
    help:
      "Maximum size of a request body; a client that exceeds it gets 413; 0 means no limit, as " +
      "is the default of the service proxy",
  }),
  headerTimeout: option(kinds.duration(), {
    default: 10_000,
    group: "HTTP",
    help: "How long a client may take to send the header, from its first byte, before it gets " +
      "408; 0 means no limit",
  }),
  bodyTimeout: option(kinds.duration(), {
    default: 30_000,
    group: "HTTP",
    help: "How long a client may take to send the body, plus a second per 500 bytes, before it " +
      "gets 408; 0 means no limit",
  }),
  requestTimeout: option(kinds.duration(), {
    default: 60_000,
    group: "HTTP",
    help: "How long a handler may take to respond, not counting its wait for the body, before " +
      "the client gets 503; 0 means no limit",
  }),
  keepAlive: option(kinds.duration(), {
    default: 65_000,
    group: "HTTP",
    help: "How long a connection may wait for the next request, at most --idle-timeout, or two " +
      "seconds while the server is full; 0 closes it after each response",
  }),
  maxKeepAliveRequests: option(kinds.integer(0, 2 ** 31 - 1), {
    default: 0,
    group: "HTTP",
    help: "Number of requests after which a connection is closed; 0 means no limit",
  }),
  accessLog: option(kinds.output(), {
    default: null,
    unset: "none",
    group: "HTTP",
    help: "File to log each request to; - is standard output",
  }),
  accessLogFormat: option(kinds.choice("combined", "json"), {
    default: "combined",
    group: "HTTP",
    help: "Format of the access log",
  }),
};
