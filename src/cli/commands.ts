/** The commands, and how the program is called. */

/** The name that people type. */
export const PROGRAM = "sluice";

/** Every command, the default first. */
export const COMMANDS = {
  serve: { argument: "", help: "Serve until told to stop (the default)" },
  check: {
    argument: "",
    help: "Check the settings and the handler; like --check",
  },
  status: {
    argument: "<file>",
    help: "Show what a server writes into its --status-file",
  },
  bench: {
    argument: "",
    help: "Measure this server in its modes, under load",
  },
  load: {
    argument: "<url>",
    help: "Send load to any server, and measure it",
  },
  completions: {
    argument: "<bash|zsh|fish>",
    help: "Print the completions of a shell",
  },
} as const;

/** The name of a command. */
export type Command = keyof typeof COMMANDS;

/** The names of all commands. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as Command[];

/**
 * The commands that have options of their own instead of those of `serve`. Such
 * a command is the first argument: before it nobody knows which options follow.
 */
export const OWN_COMMANDS = {
  bench: { afterDashes: "options of the server" },
  load: { afterDashes: "" },
} as const;

/** The name of a command with options of its own. */
export type OwnCommand = keyof typeof OWN_COMMANDS;

/** The names of the commands with options of their own. */
export const OWN_COMMAND_NAMES = Object.keys(OWN_COMMANDS) as OwnCommand[];

/** Has the command options of its own? */
export function isOwn(command: Command): command is OwnCommand {
  return command in OWN_COMMANDS;
}
