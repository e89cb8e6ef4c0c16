/** Every command, loaded on demand so that `serve` starts fast. */
import type { Command } from "./command.ts";

/** The loaders of commands by name, the default first. A leading `__` hides a command from help. */
export const COMMANDS = {
  serve: async () => (await import("./serve.ts")).serve,
  check: async () => (await import("./check.ts")).check,
  status: async () => (await import("./status.ts")).status,
  probe: async () => (await import("./probe.ts")).probe,
  top: async () => (await import("./top.ts")).top,
  bench: async () => (await import("./bench.ts")).bench,
  load: async () => (await import("./load.ts")).load,
  crashes: async () => (await import("./crashes.ts")).crashes,
  install: async () => (await import("./install.ts")).install,
  uninstall: async () => (await import("./uninstall.ts")).uninstall,
  start: async () => (await import("./start.ts")).start,
  stop: async () => (await import("./stop.ts")).stop,
  restart: async () => (await import("./restart.ts")).restart,
  logs: async () => (await import("./logs.ts")).logs,
  unit: async () => (await import("./unit.ts")).unit,
  completions: async () => (await import("./completions.ts")).completions,
  "config-schema": async () => (await import("./config_schema.ts")).configSchema,
  __complete: async () => (await import("./complete.ts")).complete,
} satisfies Record<string, () => Promise<Command>>;

/** The name of a command. */
export type CommandName = keyof typeof COMMANDS;

/** The names of all commands that are not hidden. */
export const COMMAND_NAMES = (Object.keys(COMMANDS) as CommandName[])
  .filter((name) => !name.startsWith("__"));

/** Whether a word is the name of a command, hidden or not. */
export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

/** Loads every command that is not hidden. */
export function loadCommands(): Promise<readonly Command[]> {
  return Promise.all(COMMAND_NAMES.map((name): Promise<Command> => COMMANDS[name]()));
}
