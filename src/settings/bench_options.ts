/** The options of `sluice bench`, and its workloads. */
import { EXIT, ExitError } from "../base/exit.ts";
import { conflict } from "./exclusive.ts";
import { finalValues, type FlagsOf, readArguments } from "./flags.ts";
import { type Found, quote } from "./found.ts";
import * as kinds from "./kinds.ts";
import { list, paths } from "./kinds/lists.ts";
import { LOAD_OPTIONS, MAX_CLIENTS } from "./load_options.ts";
import { option, type OptionTable, type ValuesOf } from "./option.ts";
import { OPTIONS, type Settings } from "./options.ts";
import type { Targets } from "./targets.ts";

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
    help: "Your own handler, to measure instead of a workload",
  }),
  root: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "Workload",
    help: "Folder of files to measure instead of a workload, or that --handler serves beside",
  }),
  request: option(paths(), {
    default: [],
    unset: "GET /",
    group: "Workload",
    help: "File with a request to send to --handler or --root, unchanged; can be repeated, for a " +
      "random mix",
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

/** What the command line of the command sets. */
export interface BenchArguments {
  /** The values of the flags, unchecked. */
  readonly flags: FlagsOf<typeof BENCH_OPTIONS>;
  /** What the arguments that are not options name. */
  readonly targets: Targets;
}

/**
 * Turns flags and arguments into settings, which are frozen.
 *
 * @param cwd The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is wrong, or conflicts with another or an argument.
 */
export function readBenchSettings(
  { flags, targets }: BenchArguments,
  cwd: string,
): BenchSettings {
  const found = readArguments(BENCH_OPTIONS as OptionTable<string>, flags, targets, cwd);
  const settings = finalValues(BENCH_OPTIONS, found);
  checkSubject(found);
  return settings;
}

/** @throws {ExitError} 64 unless there is either a workload, or something of the user's own. */
function checkSubject(found: ReadonlyMap<string, Found<string>>): void {
  const own = found.get("handler") ?? found.get("root");
  const [workload, request] = [found.get("workload"), found.get("request")];
  if (own !== undefined && workload !== undefined) throw conflict(own, workload);
  if (own !== undefined || request === undefined) return;
  const [first] = request.value as readonly string[];
  throw new ExitError(
    `Cannot use --request ${quote(first)}: expected a handler or a folder to send it to`,
    EXIT.usage,
  );
}
