/** The command line: a command, flags as raw text, and what is left over. */
import { quote } from "../settings/found.ts";
import type { Flags } from "../settings/load.ts";
import { nearest } from "../settings/nearest.ts";
import type { OptionTable } from "../settings/option.ts";
import { type ActionKey, ACTIONS, type OptionKey, OPTIONS } from "../settings/options.ts";
import { type Command, COMMAND_NAMES, COMMANDS, isOwn } from "./commands.ts";
import { type FlagTables, parseFlags, usage } from "./flags.ts";

/** What the command line asks for. */
export interface Arguments {
  /** `--check` counts as the command `check`. */
  readonly command: Command;
  readonly actions: Readonly<Record<ActionKey, boolean>>;
  /** The values of the flags, not yet checked. */
  readonly flags: Flags;
  /** What follows the command. */
  readonly positionals: readonly string[];
}

const TABLES: FlagTables<OptionKey, ActionKey> = {
  options: OPTIONS as OptionTable<OptionKey>,
  actions: ACTIONS,
  afterDashes: {},
  help: "--help",
};

/**
 * Reads the command line of a command with the options of `serve`. The values
 * of flags are left as text, for `loadSettings` to check; whether a shell is
 * known, `completions` checks.
 *
 * @param args As in `Deno.args`.
 * @throws {ExitError} 64 for an unknown command or option, a missing value,
 * positionals that the command does not take, and a command with options of
 * its own, unless it is only to be helped with.
 */
export async function parseArguments(
  args: readonly string[],
): Promise<Arguments> {
  const { flags, actions, words } = await parseFlags(args, TABLES);
  const [first = "serve", ...positionals] = words;
  const command = await commandOf(first);
  if (!actions.help && !actions.version) {
    if (isOwn(command)) throw usage(`Cannot run ${command}: expected it as the first argument`);
    checkPositionals(command, positionals);
  }
  return {
    command: actions.check && command === "serve" ? "check" : command,
    actions,
    flags,
    positionals,
  };
}

async function commandOf(word: string): Promise<Command> {
  const command = COMMAND_NAMES.find((name) => name === word);
  if (command !== undefined) return command;
  if (/[./]/.test(word)) {
    throw usage(
      `Unknown command ${quote(word)}: to serve with a module, ` +
        "use --handler",
    );
  }
  const hint = await nearest(word, COMMAND_NAMES);
  throw usage(
    `Unknown command ${quote(word)}: ` +
      (hint === null
        ? `expected one of ${COMMAND_NAMES.join(", ")}`
        : `did you mean ${quote(hint)}?`),
  );
}

/**
 * Checks what follows a command.
 *
 * @throws {ExitError} 64 when it is more or less than the command takes.
 */
export function checkPositionals(command: Command, positionals: readonly string[]): void {
  const { argument } = COMMANDS[command];
  const accepted = argument === "" ? 0 : 1;
  if (positionals.length < accepted) {
    throw usage(`Cannot run ${command}: expected ${command} ${argument}`);
  }
  const extra = positionals[accepted];
  if (extra !== undefined) {
    throw usage(
      `Cannot use the argument ${quote(extra)}: expected ` +
        (argument === "" ? `${command} alone` : `${command} ${argument}`),
    );
  }
}
