/**
 * The ranks of the source, which the architecture test holds the code to: an
 * import points to a folder further up in the list, or stays in its own.
 */

/** A folder of `src/`. */
export interface Rank {
  readonly folder: string;
  readonly about: string;
  /** Files, or folders with a slash at the end, that know nothing of each other, as two modes do not. */
  readonly apart?: readonly string[];
}

/** All folders of `src/`, the lowest rank first. */
export const RANKS: readonly Rank[] = [
  { folder: "base", about: "exit codes, timers, clocks, the C library, files, printable text" },
  {
    folder: "settings",
    about: "the tables of options; how flags, environment and file become Settings",
  },
  { folder: "log", about: "records, formats and where they are written" },
  {
    folder: "core",
    about: "listening, accepting, connections, their buffers, deadlines and leases",
  },
  { folder: "http", about: "HTTP/1.1: the codec, conversations, handlers, files, WebSocket" },
  {
    folder: "services",
    about: "the services and their registry; what makes a service of a handler",
    apart: ["echo.ts", "message.ts", "zen.ts", "log.ts", "http/"],
  },
  { folder: "lane", about: "one service and its acceptors; what lanes are told and count" },
  {
    folder: "modes",
    about: "the modes and their registry",
    apart: ["single.ts", "async.ts", "threaded.ts", "pooled.ts", "forked.ts"],
  },
  { folder: "places", about: "where a lane can run: the main thread, a thread, a process" },
  { folder: "supervision", about: "how lanes are started, watched, replaced, scaled and stopped" },
  { folder: "server", about: "the whole server: plan, listeners, reload" },
  { folder: "ops", about: "what operators see: status, pid file" },
  { folder: "load", about: "the load generator" },
  { folder: "bench", about: "servers measured under load, and the report" },
  { folder: "cli", about: "the commands" },
];

/** Files outside of the folders: they may import everything, and nothing imports them. */
export const ENTRIES: readonly string[] = ["main.ts", "src/mod.ts"];

/** What `core/` may import beside its own files. */
export const CORE_IMPORTS = "base";

/** The most lines of a source file. */
export const MAX_LINES = 300;

/** Files that are longer, and how long they may be: a list to make shorter. */
export const LONG_FILES: Readonly<Record<string, number>> = {};
