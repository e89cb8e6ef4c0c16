/** The options of the server as a process, a part of the table in options.ts. */
import * as kinds from "./kinds.ts";
import { option } from "./option.ts";

/** Every option of the group "Process". */
export const PROCESS_OPTIONS = {
  pidFile: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "Process",
    help: "File to write the process id to, removed at exit",
  }),
  statusFile: option(kinds.path(), {
    default: null,
    unset: "none",
    group: "Process",
    help: "File to write the state of all workers to every second, as JSON",
  }),
  stateDir: option(kinds.path(), {
    default: null,
    unset: "$STATE_DIRECTORY, if a service manager sets it",
    group: "Process",
    help: "Folder for what outlives the server: reports of crashes, and alerts that wait",
  }),
  respawn: option(kinds.flag(), {
    default: false,
    group: "Process",
    help: "Let a parent process hold the listening sockets and start the server again if it " +
      "crashes, so that no client is refused",
  }),
  watch: option(kinds.flag(), {
    default: false,
    group: "Process",
    help: "Reload when the handler's files change",
  }),
  config: option(kinds.path(), {
    default: null,
    unset: "none",
    inFile: false,
    group: "Process",
    help: "Configuration file: .toml, .json or .jsonc",
  }),
};
