/** The options of `sluice bench`, and its workloads. */
import { EXIT, ExitError } from "../base/exit.ts";
import { type FlagsOf, loadFlags } from "./flags.ts";
import { quote } from "./found.ts";
import * as kinds from "./kinds.ts";
import { list, paths } from "./kinds/lists.ts";
import { LOAD_OPTIONS, MAX_CLIENTS } from "./load_options.ts";
import { option, type ValuesOf } from "./option.ts";
import { OPTIONS, type Settings } from "./options.ts";

/** A one-line description of each workload. */
export const WORKLOAD_HELP = {
  echo: "Messages over TCP, each echoed",
  http: "GET / with a short response",
  io: "Requests that wait 20 ms, as for a database",
  cpu: "Requests that compute for 5 ms",
  mixed: "Mostly short requests, some that wait, a few that compute",
  churn: "A new connection for each request",
  idle: "Many connections, most of them silent",
  "slow-clients": "Clients, half of them slow to send",
  stream: "Large messages in both directions",
};

/** The name of a workload. */
export type Workload = keyof typeof WORKLOAD_HELP;

/** The names of all workloads. */
export const WORKLOADS = Object.keys(WORKLOAD_HELP) as Workload[];

/** Every option of the command, by its key. */
export const BENCH_OPTIONS = {
  workload: option(kinds.choice(...WORKLOADS), {
    default: "http",
    group: "Workload",
    help: "Workload to measure",
  }),
  handler: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "Workload",
    help: "Your own handler, to measure instead of a workload; needs --request",
  }),
  request: option(paths(), {
    default: [],
    unset: "none",
    group: "Workload",
    help: "File with a request to send to --handler, unchanged; can be repeated, for a random mix",
  }),
  delimiter: {
    ...LOAD_OPTIONS.delimiter,
    help: "What ends a response of --handler, if it is not HTTP; may contain \\n, \\r, \\t, \\0, " +
      "\\xHH and \\\\",
  },
  messageSize: option(kinds.size(1), {
    default: null,
    unset: "the workload's own",
    group: "Workload",
    help: "Size of the messages of the workloads echo, idle and stream",
  }),
  connections: option(list(kinds.integer(1, MAX_CLIENTS)), {
    default: [],
    unset: "the workload's own",
    group: "Load",
    help: "Connections to keep open; a list such as 1,8,64 shows how the server scales",
  }),
  rate: LOAD_OPTIONS.rate,
  duration: { ...LOAD_OPTIONS.duration, default: 5_000, help: "How long to measure in each run" },
  warmup: { ...LOAD_OPTIONS.warmup, default: 3_000 },
  runs: option(kinds.integer(1, 100), {
    default: 3,
    group: "Load",
    help: "Number of runs for each server; the report shows the median and the spread",
  }),
  seed: LOAD_OPTIONS.seed,
  modes: option(list(OPTIONS.mode), {
    default: OPTIONS.mode.choices as readonly Settings["mode"][],
    group: "Servers",
    help: "Modes to measure, separated by commas",
  }),
  workers: option(list(kinds.integer(1, 256)), {
    default: [],
    unset: "one per available processor",
    group: "Servers",
    help:
      "Number of threads in pooled, or of processes in forked; a list such as 1,2,4 shows how " +
      "they scale",
  }),
  peers: option(kinds.flag(), {
    default: false,
    group: "Servers",
    help: "Also measure other servers, if they are installed",
  }),
  json: LOAD_OPTIONS.json,
  html: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "Report",
    help: "File to write an HTML report with tables and charts to",
  }),
};

/** The final, validated values of the options. */
export type BenchSettings = ValuesOf<typeof BENCH_OPTIONS>;

/**
 * Turns flags into settings, which are frozen.
 *
 * @param flags The values of the flags, unchecked.
 * @param cwd The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is wrong, or conflicts with another.
 */
export function readBenchSettings(
  flags: FlagsOf<typeof BENCH_OPTIONS>,
  cwd: string,
): BenchSettings {
  const settings = loadFlags(BENCH_OPTIONS, flags, cwd);
  const [request] = flags.request ?? [];
  if (settings.handler === null && request !== undefined) {
    throw usage(`Cannot use --request ${quote(request)}: expected --handler as well`);
  }
  if (settings.handler !== null && flags.workload !== undefined) {
    throw usage("Cannot combine --handler with --workload: expected only one of them");
  }
  if (settings.handler !== null && request === undefined) {
    const [handler] = flags.handler ?? [];
    throw usage(
      `Cannot use --handler ${quote(handler)}: expected at least one --request as well, ` +
        "a file to send to it",
    );
  }
  return settings;
}

function usage(message: string): ExitError {
  return new ExitError(message, EXIT.usage);
}
