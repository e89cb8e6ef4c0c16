/** The options of the balancer, a part of the table in options.ts. */
import { HTTP_PROXY_OPTIONS } from "./http_proxy_options.ts";
import { MAX_PORT } from "../base/address.ts";
import * as kinds from "./kinds.ts";
import { option } from "./option.ts";

/**
 * Every option that each group can have. At the top of a configuration file, on the command line
 * and in the environment they set the group `default`, and what other groups leave out, except
 * for their backends.
 */
export const PROXY_OPTIONS = {
  upstream: option(kinds.members(), {
    default: [],
    unset: "none",
    group: "Balancer",
    help: "Backend to send clients to, such as 10.0.0.1:8080, app.internal:8080, " +
      "http://app.internal, unix:/run/app.sock or srv+tcp://_http._tcp.service.consul, with " +
      ",weight=N, ,backup, ,drain and ,max=N after it; can be repeated",
  }),
  upstreamFile: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "Balancer",
    help: "JSON file that lists more backends; it is read again whenever it changes",
  }),
  balance: option(
    kinds.choice("p2c", "round-robin", "least-connections", "hash", "first"),
    {
      default: "p2c",
      group: "Balancer",
      help: "How a backend is picked for a client: the better of two at random, by connections " +
        "and latency; in turn; the one with the fewest connections; always the same for an " +
        "address of clients, or what --hash-by names; or the first that has room",
    },
  ),
  healthCheck: option(kinds.healthCheck(), {
    // A connection without data is safe with every protocol.
    default: { kind: "tcp" },
    group: "Balancer",
    help:
      "How the health of backends is checked: by a connection (tcp), by the response to a GET " +
      "of a path, such as http:/health, or not at all (none)",
  }),
  healthPort: option(kinds.integer(1, MAX_PORT), {
    default: null,
    unset: "the backend's own",
    group: "Balancer",
    help: "Port of each backend that health checks ask, such as that of its --admin, where " +
      "http:/readyz tells whether it drains",
  }),
  healthHost: option(kinds.host(), {
    default: null,
    unset: "the backend's address",
    group: "Balancer",
    help: "Value of the field Host in a health check by HTTP",
  }),
  healthStatus: option(kinds.statuses(), {
    default: [{ from: 200, to: 399 }],
    group: "Balancer",
    help: "Statuses of a healthy response to a health check by HTTP, such as 200-299 or 200,204",
  }),
  healthBody: option(kinds.text(), {
    default: null,
    unset: "any",
    group: "Balancer",
    help: "Text that the body of a healthy response to a health check by HTTP contains",
  }),
  healthInterval: option(kinds.duration(100), {
    // With three failures: a dead backend is noticed within six seconds, as by HAProxy.
    default: 2_000,
    group: "Balancer",
    help: "Time from the start of a health check to that of the next one of the same backend",
  }),
  healthTimeout: option(kinds.duration(10), {
    default: 2_000,
    group: "Balancer",
    help: "How long a health check may take before it counts as failed",
  }),
  healthRise: option(kinds.integer(1, 1000), {
    default: 2,
    group: "Balancer",
    help: "Number of health checks in a row that a backend must pass to be up again",
  }),
  healthFall: option(kinds.integer(1, 1000), {
    default: 3,
    group: "Balancer",
    help: "Number of health checks in a row that a backend must fail to be down",
  }),
  healthStart: option(kinds.choice("up", "down"), {
    // A balancer that has just started should serve, even if checks take a while.
    default: "up",
    group: "Balancer",
    help: "What the first backends count as until they are checked",
  }),
  failLimit: option(kinds.integer(0, 1_000_000), {
    default: 5,
    group: "Balancer",
    help:
      "Number of failures in a row, of connections and of requests that get no response, after " +
      "which a backend gets no clients for a while; 0 means never",
  }),
  ejectTime: option(kinds.duration(1), {
    default: 10_000,
    group: "Balancer",
    help: "How long a backend gets no clients after --fail-limit; twice as long each time in a row",
  }),
  slowStart: option(kinds.duration(), {
    default: 10_000,
    group: "Balancer",
    help:
      "Time in which the share of a backend that is new or up again grows to its full weight; 0 " +
      "means at once",
  }),
  minHealthy: option(kinds.percent(), {
    // Half, as in Envoy, would send clients of a group of three to two backends that are known
    // to be dead.
    default: 10,
    group: "Balancer",
    help: "Share of healthy backends below which the others are used, too, since those few would " +
      "break down under the load of all; 0 means never",
  }),
  resolver: option(kinds.resolvers(), {
    default: [],
    unset: "those of the system",
    group: "Balancer",
    help: "DNS server to ask for the names of backends, such as 10.0.0.53; can be repeated",
  }),
  resolveInterval: option(kinds.durationRange(100), {
    // Registries of services have records with a time to live of 0.
    default: { min: 5_000, max: 60_000 },
    group: "Balancer",
    help:
      "Shortest and longest time until a name is looked up again; between them, the time to live " +
      "of its records counts",
  }),
  connectTimeout: option(kinds.duration(1), {
    // A lost SYN is sent again after a second: one loss must not be a failure.
    default: 3_000,
    group: "Balancer",
    help: "How long connecting to a backend may take before another one is tried",
  }),
  connectRetries: option(kinds.integer(0, 100), {
    default: 2,
    group: "Balancer",
    help: "Number of other backends that are tried for a client if connecting fails",
  }),
  retryBudget: option(kinds.percent(), {
    default: 20,
    group: "Balancer",
    help:
      "Maximum retries as a share of the clients, so that they cannot pile up in a failure; three a " +
      "second are always allowed",
  }),
  queueSize: option(kinds.integer(0, 1_000_000), {
    default: 1024,
    group: "Balancer",
    help:
      "Number of clients of each worker that may wait while no backend has room; others are refused",
  }),
  queueTimeout: option(kinds.duration(1), {
    default: 5_000,
    group: "Balancer",
    help: "How long a client may wait for a backend with room before it is refused",
  }),
  queueShed: option(kinds.choice("newest", "oldest"), {
    default: "newest",
    group: "Balancer",
    help:
      "Who is refused while --queue-size clients wait: who has just come, or who has waited longest",
  }),
  sendProxy: option(kinds.choice("none", "v1", "v2"), {
    default: "none",
    group: "Balancer",
    help: "Version of the PROXY protocol by which backends are told the address of the client",
  }),
  ...HTTP_PROXY_OPTIONS,
};

/** The key of an option that each group can have. */
export type ProxyKey = keyof typeof PROXY_OPTIONS;

/** The keys of all options that each group can have, in the order of the table. */
export const PROXY_KEYS = Object.keys(PROXY_OPTIONS) as ProxyKey[];
