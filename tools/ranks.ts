/**
 * The ranks of the source: an import points to a folder further up in the list, or
 * stays in its own. tests/architecture_test.ts enforces them.
 */

/**
 * Parts that never import each other. A part is what begins with the same word, up
 * to an underscore, a dot or a slash: `thread.ts` and `thread_entry.ts` are one.
 */
export interface Apart {
  /** The folder that they are in, from the folder of the rank; "" is that itself. */
  readonly within: string;
  /** The parts that are common to the others. */
  readonly except: readonly string[];
}

/** A folder of `src/`. */
export interface Rank {
  readonly folder: string;
  readonly about: string;
  /** What never imports each other, such as two modes. */
  readonly apart?: Apart;
}

/** All folders of `src/`, lowest rank first. */
export const RANKS: readonly Rank[] = [
  { folder: "base", about: "exit codes, timers, clocks, the C library, files, printable text" },
  {
    folder: "settings",
    about: "the tables of options; flags, environment and file become Settings",
  },
  { folder: "log", about: "log records, their formats and destinations" },
  {
    folder: "core",
    about: "listening, accepting, connections, their buffers, deadlines and leases",
  },
  { folder: "http", about: "HTTP/1.1: the codec, conversations, handlers, files, WebSocket" },
  {
    folder: "upstream",
    about: "groups of backends: policies, health, discovery, the board",
    apart: { within: "policies/", except: ["policy", "registry"] },
  },
  {
    folder: "services",
    about: "the services and their registry; handlers as services",
    apart: { within: "", except: ["service", "registry", "handler", "http"] },
  },
  { folder: "lane", about: "one service and its acceptors; orders, events and counters" },
  {
    folder: "modes",
    about: "the modes and their registry",
    apart: { within: "", except: ["mode", "registry"] },
  },
  {
    folder: "places",
    about: "where a lane can run: the main thread, a thread, a process",
    apart: { within: "", except: ["guard", "handle", "lane", "messages", "remote", "stray"] },
  },
  { folder: "supervision", about: "starting, watching, replacing, scaling and stopping lanes" },
  { folder: "server", about: "the whole server: plan, listeners, reload" },
  {
    folder: "ops",
    about: "what operators see, do and are told: status, admin port, metrics, alerts, pid file",
  },
  { folder: "load", about: "the load generator" },
  { folder: "bench", about: "servers measured under load, and the reports" },
  { folder: "testing", about: "servers for the tests of handlers" },
  {
    folder: "cli",
    about: "the commands",
    apart: { within: "commands/", except: ["command", "registry"] },
  },
];

/** Files outside the folders: they may import everything, and nothing imports them. */
export const ENTRIES: readonly string[] = ["main.ts", "src/mod.ts"];

/** Folders that may import fewer others than their rank allows. */
export const ONLY_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  core: ["base"],
  http: ["base", "core"],
};

/** How many lines a source file may have. */
export const MAX_LINES = 250;

/** How many lines a function may have. */
export const MAX_FUNCTION_LINES = 60;

/** Longer files, to be reduced, and how many lines each may have. */
export const LONG_FILES: Readonly<Record<string, number>> = {
  // What a service works with: mostly documented methods of one line.
  "src/core/connection.ts": 370,
};
