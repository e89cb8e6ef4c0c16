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
  completions: {
    argument: "<bash|zsh|fish>",
    help: "Print the completions of a shell",
  },
} as const;

/** The name of a command. */
export type Command = keyof typeof COMMANDS;

/** The names of all commands. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as Command[];
