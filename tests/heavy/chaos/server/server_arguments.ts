/** How the server under test is started. */
import type { ChaosMode } from "../options.ts";

/** The workers of each mode. */
export const WORKERS: Readonly<Record<ChaosMode, number>> = {
  single: 1,
  async: 1,
  threaded: 2,
  pooled: 4,
  forked: 3,
};

/** The most threads of `threaded`: more than there are clients. */
const MAX_THREADS = 48;

/** The limit of connections; a burst exceeds it. */
export const MAX_CONNECTIONS = 200;

/** The timeouts of the server in milliseconds, on a machine that nobody else uses. */
const TIMEOUTS = {
  retire: 5000,
  graceful: 5000,
  worker: 5000,
  start: 5000,
  header: 3000,
  write: 4000,
} as const;

/** The timeouts of the server in milliseconds. */
export type Timeouts = Readonly<Record<keyof typeof TIMEOUTS, number>>;

/** Longer timeouts for a slower machine. */
export function timeoutsFor(slowness: number): Timeouts {
  const entries = Object.entries(TIMEOUTS).map(([name, ms]) => [name, Math.round(ms * slowness)]);
  return Object.fromEntries(entries);
}

/** What the arguments depend on. */
export interface Setup {
  readonly mode: ChaosMode;
  /** The folder of all files. */
  readonly folder: string;
  readonly timeouts: Timeouts;
  /** Whether the server has --start-timeout. */
  readonly hasStartTimeout: boolean;
  /** Whether the log is a file; otherwise it is standard output. */
  readonly isLogFile: boolean;
  readonly overload: "wait" | "refuse";
}

/** The arguments of the server. */
export function serverArguments(setup: Setup): readonly string[] {
  const { mode, folder, timeouts, hasStartTimeout, isLogFile, overload } = setup;
  const ms = (name: keyof Timeouts) => `${timeouts[name]}ms`;
  return [
    ...["serve", "--port", "0", "--mode", mode, "--handler", `${folder}/handler.js`],
    ...(mode === "pooled" || mode === "forked" ? ["--workers", String(WORKERS[mode])] : []),
    ...(mode === "threaded" ? ["--max-threads", String(MAX_THREADS)] : []),
    ...["--root", `${folder}/files`, "--max-connections", String(MAX_CONNECTIONS)],
    ...["--overload", overload, "--thread-idle-timeout", "5s"],
    ...["--retire-timeout", ms("retire"), "--graceful-timeout", ms("graceful")],
    ...["--worker-timeout", ms("worker"), "--header-timeout", ms("header")],
    ...[
      "--write-timeout",
      ms("write"),
      ...(hasStartTimeout ? ["--start-timeout", ms("start")] : []),
    ],
    ...["--log-level", "debug", "--log-format", "json", "--log-max-size", "1gb"],
    ...(isLogFile ? ["--log-file", `${folder}/server.log`] : []),
    ...["--access-log", `${folder}/access.log`, "--access-log-format", "json"],
    ...["--status-file", `${folder}/status.json`, "--pid-file", `${folder}/server.pid`],
  ];
}
