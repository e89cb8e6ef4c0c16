/** The options of the balancer that only HTTP has, a part of the table in proxy_options.ts. */
import * as kinds from "./kinds.ts";
import { option } from "./option.ts";

/** The options of HTTP that each group can have. */
export const HTTP_PROXY_OPTIONS = {
  upstreamKeepAlive: option(kinds.duration(), {
    // Node closes after 5 seconds, and whoever closes first wins the race with a request.
    default: 4_000,
    group: "HTTP balancer",
    help:
      "How long a connection to a backend is kept for the next request, which must be shorter than " +
      "the backend keeps it; 0 opens one for each request",
  }),
  upstreamMaxIdle: option(kinds.integer(0, 1_000_000), {
    default: 128,
    group: "HTTP balancer",
    help: "Maximum number of connections to a backend that each worker keeps for the next requests",
  }),
  upstreamTimeout: option(kinds.duration(), {
    default: 30_000,
    group: "HTTP balancer",
    help:
      "How long a backend may take to send the head of its response, once the request was sent, " +
      "before the client gets 504; 0 means no limit",
  }),
  upstreamIdleTimeout: option(kinds.duration(), {
    default: 60_000,
    group: "HTTP balancer",
    help:
      "How long a backend may take no more of a request, or send no more of a response; 0 means " +
      "no limit",
  }),
  upstreamTotalTimeout: option(kinds.duration(), {
    default: 0,
    group: "HTTP balancer",
    help: "How long backends may take for a request and all of its response; 0 means no limit",
  }),
  retries: option(kinds.integer(0, 100), {
    default: 1,
    group: "HTTP balancer",
    help: "Number of other backends that a request is sent to if one fails before its response " +
      "begins; only for methods that may be repeated",
  }),
  retryOn: option(kinds.retryStatuses(), {
    default: [],
    unset: "none",
    group: "HTTP balancer",
    help: "Status after which a request is sent to another backend, too; 504 is also a response " +
      "that does not begin in time; can be repeated",
  }),
  retryBuffer: option(kinds.size(0), {
    default: 64 * 1024,
    group: "HTTP balancer",
    help: "Size up to which the body of a request is kept, so that it can be sent again",
  }),
  upstreamMaxRequests: option(kinds.integer(0, 1_000_000), {
    default: 0,
    group: "HTTP balancer",
    help: "Maximum number of requests at a time from each worker to all backends of a group; " +
      "others get 503; 0 means no limit",
  }),
  breakerThreshold: option(kinds.percent(), {
    default: 0,
    group: "HTTP balancer",
    help: "Share of failures among at least 20 requests in 10 seconds after which a group gets " +
      "none for a while, and clients get 503 at once; 0 means never",
  }),
  breakerTime: option(kinds.duration(1), {
    default: 5_000,
    group: "HTTP balancer",
    help: "How long a group gets no requests after --breaker-threshold, until one tries it",
  }),
  sticky: option(kinds.sticky(), {
    default: { kind: "none" },
    group: "HTTP balancer",
    help: "What keeps a client on its backend: nothing, a signed cookie that Sluice sets, or a " +
      "field of requests (none, cookie, header:NAME)",
  }),
  stickyCookie: option(kinds.token(), {
    // Two groups of one host must not take each other's cookies.
    default: null,
    unset: "sluice_backend",
    group: "HTTP balancer",
    help: "Name of the cookie of --sticky cookie; unless it is set, that of a group NAME other " +
      "than default is sluice_backend_NAME",
  }),
  stickyKeyFile: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "HTTP balancer",
    help: "File of at least 32 bytes with the key that signs the cookie of --sticky cookie",
  }),
  hashBy: option(kinds.hashBy(), {
    default: { kind: "address" },
    group: "HTTP balancer",
    help: "What --balance hash takes of a request: the address of its client, its path, a field " +
      "or a cookie (address, path, header:NAME, cookie:NAME)",
  }),
};

/** The keys of all options of HTTP that each group can have. */
export const HTTP_PROXY_KEYS = Object.keys(
  HTTP_PROXY_OPTIONS,
) as (keyof typeof HTTP_PROXY_OPTIONS)[];
