/**
 * The table of all settings: flags, environment names, configuration keys, `--help`,
 * shell completions, docs/options.md and the table in README.md derive from it.
 */
import { MAX_PORT } from "../base/address.ts";
import type { BalancerSettings } from "./balancer.ts";
import { ADMIN_OPTIONS } from "./admin_options.ts";
import { ALERT_OPTIONS } from "./alert_options.ts";
import { HTTP_OPTIONS } from "./http_options.ts";
import * as kinds from "./kinds.ts";
import { kebab, type Option, option } from "./option.ts";
import { PROCESS_OPTIONS } from "./process_options.ts";
import { PROXY_OPTIONS } from "./proxy_options.ts";
import { WORKER_OPTIONS } from "./worker_options.ts";

/** Every option by its key, from which its other names derive. */
export const OPTIONS = {
  mode: option(kinds.choice("single", "async", "threaded", "pooled", "forked"), {
    default: "async",
    short: "k",
    group: "Model",
    help: "How connections run: one at a time, many on one event loop, a thread per connection, " +
      "a pool of threads, or a pool of processes",
  }),
  service: option(kinds.choice("echo", "message", "zen", "log", "http", "proxy"), {
    default: "http",
    group: "Model",
    help: "Built-in service that serves each connection",
  }),
  handler: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "Model",
    help: "Module that serves each connection, instead of a built-in service",
  }),
  ...WORKER_OPTIONS,
  bind: option(kinds.addresses(), {
    default: [],
    unset: "--host and --port",
    short: "b",
    group: "Listen",
    help: "Address to listen on, such as 127.0.0.1:8000, [::]:8000 or unix:/run/sluice.sock; can " +
      "be repeated",
  }),
  host: option(kinds.host(), {
    default: "127.0.0.1",
    group: "Listen",
    help: "Host name or IP address to listen on: localhost is 127.0.0.1 and ::1; 0.0.0.0 and :: " +
      "are all interfaces",
  }),
  port: option(kinds.integer(0, MAX_PORT), {
    default: null,
    unset: "the service's own",
    short: "p",
    env: ["PORT"],
    group: "Listen",
    help: "Port to listen on; 0 lets the system choose",
  }),
  unixMode: option(kinds.permissions(), {
    default: null,
    unset: "set by the umask",
    group: "Listen",
    help: "Permissions of Unix socket files in octal, such as 660",
  }),
  backlog: option(kinds.integer(1, 65_535), {
    default: 4096,
    group: "Listen",
    help: "Length of the accept queue; a client that finds it full retries after a second",
  }),
  acceptProxy: option(kinds.flag(), {
    default: false,
    group: "Listen",
    help: "Accept only --trusted-proxies, which introduce each client by a header of the PROXY " +
      "protocol, version 1 or 2",
  }),
  trustedProxies: option(kinds.networks(), {
    default: [],
    unset: "none",
    group: "Listen",
    help:
      "Network of proxies that are believed who their clients are, such as 10.0.0.0/8 or ::1; " +
      "unix is all that connects to a Unix socket; over HTTP, they name them in X-Forwarded-For " +
      "or Forwarded; can be repeated",
  }),
  maxConnections: option(kinds.integer(1, 1_000_000), {
    default: 10_000,
    group: "Limits",
    help: "Maximum number of connections served at once",
  }),
  maxConnectionsPerIp: option(kinds.integer(0, 1_000_000), {
    default: 0,
    group: "Limits",
    help: "Maximum number of connections served at once for one client address; 0 means no limit",
  }),
  overload: option(kinds.choice("wait", "refuse"), {
    default: "wait",
    group: "Limits",
    help: "What happens to clients beyond --max-connections: they wait, or are refused at once",
  }),
  idleTimeout: option(kinds.duration(), {
    default: 5 * 60_000,
    group: "Timeouts",
    help: "How long a client may send nothing before its connection is closed; 0 means no limit",
  }),
  writeTimeout: option(kinds.duration(), {
    default: 60_000,
    group: "Timeouts",
    help: "How long a client may take to receive data before its connection is closed; 0 means " +
      "no limit",
  }),
  gracefulTimeout: option(kinds.duration(), {
    default: 25_000,
    group: "Timeouts",
    help: "How long clients have to finish when the server stops, before their connections are " +
      "closed",
  }),
  drainDelay: option(kinds.duration(), {
    default: 0,
    group: "Timeouts",
    help: "How long the server still accepts clients once it stops and /readyz says so, for " +
      "balancers to notice; comes before --graceful-timeout",
  }),
  retireTimeout: option(kinds.duration(), {
    default: 10 * 60_000,
    group: "Timeouts",
    help: "How long connections of a replaced worker may stay open; 0 means no limit",
  }),
  ...HTTP_OPTIONS,
  protocol: option(kinds.choice("tcp", "http"), {
    default: null,
    unset: "http if a route or a backend says so",
    group: "Balancer",
    help:
      "What clients and backends speak: bytes that are passed on unchanged, or HTTP, of which " +
      "each request goes to a backend of its own",
  }),
  ...PROXY_OPTIONS,
  logLevel: option(kinds.choice("debug", "info", "warning", "error"), {
    default: "info",
    group: "Logs",
    help: "Lowest level that is logged",
  }),
  logFormat: option(kinds.choice("auto", "text", "json"), {
    default: "auto",
    group: "Logs",
    help: "Format of the log; auto is text on a terminal, otherwise json",
  }),
  logFile: option(kinds.path(), {
    default: null,
    unset: "standard output",
    group: "Logs",
    help: "File to write the log to",
  }),
  logMaxSize: option(kinds.size(1024), {
    default: 10 * 1024 ** 2,
    group: "Logs",
    help: "Size at which a log file is rotated",
  }),
  logMaxFiles: option(kinds.integer(1, 1000), {
    default: 5,
    group: "Logs",
    help: "Log files to keep, including the current one",
  }),
  ...ADMIN_OPTIONS,
  ...ALERT_OPTIONS,
  ...PROCESS_OPTIONS,
};

/** Flags that do something other than serve; they are not settings. */
export const ACTIONS = {
  help: { short: "h", help: "Show this help" },
  version: { short: "V", help: "Show the versions of Sluice, Deno and V8" },
  check: { short: "", help: "Check the settings and the handler, then exit" },
  printConfig: {
    short: "",
    help: "Show each setting and where it comes from, then exit",
  },
} as const;

export { flagName, kebab } from "./option.ts";

/** The key of an option, such as `maxConnections`. */
export type OptionKey = keyof typeof OPTIONS;

/** The key of an action, such as `printConfig`. */
export type ActionKey = keyof typeof ACTIONS;

/** Mutually exclusive options: a key, and those that it excludes. */
export const EXCLUSIVE: Readonly<Partial<Record<OptionKey, readonly OptionKey[]>>> = {
  handler: ["service"],
  bind: ["host", "port"],
};

/** The final, validated values of all options: milliseconds, bytes, absolute paths. */
export type OptionSettings = {
  readonly [K in OptionKey]: typeof OPTIONS[K]["default"];
};

/** All settings. */
export type Settings = OptionSettings & BalancerSettings;

/** The key of a setting: of an option, or of what tables of the configuration file hold. */
export type SettingKey = keyof Settings;

/** The keys of all options, in the order of the table. */
export const OPTION_KEYS = Object.keys(OPTIONS) as OptionKey[];

/** An option, for callers that do not need the type of its value. */
export function optionOf(key: OptionKey): Option<unknown> {
  return OPTIONS[key] as Option<unknown>;
}

/** The option's own name in the environment: `SLUICE_MAX_CONNECTIONS`. */
export function envName(key: OptionKey): string {
  return `SLUICE_${kebab(key).replaceAll("-", "_").toUpperCase()}`;
}
