/** Finds the command to run in the arguments of the program. */
import { CHECK_OPTIONS } from "../settings/check_options.ts";
import { quote } from "../settings/found.ts";
import { nearest } from "../settings/nearest.ts";
import { flagName, type OptionTable } from "../settings/option.ts";
import type { ActionKey } from "../settings/options.ts";
import { type Command, type CommandLine, SERVER_LINE } from "./commands/command.ts";
import { COMMAND_NAMES, type CommandName, COMMANDS, isCommandName } from "./commands/registry.ts";
import { parseFlags, usage } from "./flags.ts";
import { PROGRAM } from "./program.ts";
import { findTargets, isTarget } from "./targets.ts";

/** A command, and the command line to run it with. */
export interface Invocation {
  readonly command: Command;
  readonly line: CommandLine;
}

/**
 * Finds the command and parses its options. The values of flags stay text.
 *
 * The options of `serve` and `check` may precede the command, and `--check` is the command
 * `check`. A command with options of its own must be the first argument. Without a
 * command, the arguments are those of `serve`.
 *
 * @param args As in `Deno.args`.
 * @throws {ExitError} 64 for an unknown command or option, a missing value, or a
 * missing or unexpected argument, 66 for a file or folder that does not exist, 77 if
 * permission is denied; with `--help` or `--version`, arguments are not checked.
 */
export async function readCommandLine(args: readonly string[]): Promise<Invocation> {
  const [first = ""] = args;
  if (isCommandName(first)) {
    const command: Command = await COMMANDS[first]();
    if (command.manual !== null) return readOwnLine(command, args.slice(1));
  }
  return await readSharedLine(args);
}

async function readSharedLine(args: readonly string[]): Promise<Invocation> {
  const { flags, actions, words } = await parseFlags(args, {
    options: { ...SERVER_LINE.options, ...CHECK_OPTIONS } as OptionTable,
    actions: SERVER_LINE.actions,
    restOptions: {},
    help: "--help",
  });
  const isComplete = !actions.has("help") && !actions.has("version");
  const { name, rest } = await splitWords(words, isComplete);
  const command: Command = await COMMANDS
    [actions.has("check") && name === "serve" ? "check" : name]();
  if (isComplete && command.manual !== null) {
    throw usage(`Cannot run ${name}: expected "${name}" as the first argument`);
  }
  const foreign = Object.keys(flags).find((key) => !Object.hasOwn(command.options, key));
  if (isComplete && foreign !== undefined) {
    throw usage(`Cannot use ${flagName(foreign)} with ${command.name}: expected ${PROGRAM} check`);
  }
  const { argument, targets } = isComplete ? await readWords(command, rest) : NO_ARGUMENTS;
  return { command, line: { flags, actions, argument, targets, rest: [] } };
}

/** Splits the command, which may be missing, from its arguments. */
async function splitWords(
  words: readonly string[],
  isComplete: boolean,
): Promise<{ name: CommandName; rest: readonly string[] }> {
  const [first, ...rest] = words;
  if (first === undefined) return { name: "serve", rest };
  const name = COMMAND_NAMES.find((name) => name === first);
  if (name !== undefined) return { name, rest };
  if (!isComplete || await isTarget(first)) return { name: "serve", rest: words };
  throw await unknownCommand(first);
}

async function readOwnLine(command: Command, args: readonly string[]): Promise<Invocation> {
  const { name, options, rest } = command;
  const dashes = args.indexOf("--");
  const { flags, actions, words } = await parseFlags(dashes === -1 ? args : args.slice(0, dashes), {
    options,
    actions: command.actions,
    restOptions: rest?.options ?? {},
    help: `${PROGRAM} ${name} --help`,
  });
  const isComplete = !actions.has("help");
  if (isComplete && dashes !== -1 && rest === null) throw unexpected(command, "--");
  const line = {
    flags,
    actions: actions as ReadonlySet<ActionKey>,
    ...isComplete ? await readWords(command, words) : NO_ARGUMENTS,
    rest: dashes === -1 ? [] : args.slice(dashes + 1),
  };
  return { command, line };
}

async function unknownCommand(word: string): Promise<Error> {
  const hint = await nearest(word, COMMAND_NAMES);
  return usage(
    `Unknown command ${quote(word)}: ` +
      (hint === null
        ? `expected a file, a folder or one of ${COMMAND_NAMES.join(", ")}`
        : `did you mean ${quote(hint)}?`),
  );
}

/** The arguments of a command. */
type Arguments = Pick<CommandLine, "argument" | "targets">;

const NO_ARGUMENTS: Arguments = { argument: "", targets: {} };

/** Checks the words that are not options: there are as many as the command takes. */
async function readWords(command: Command, words: readonly string[]): Promise<Arguments> {
  const { name, argument } = command;
  if (argument?.count === "any") {
    return { argument: "", targets: await findTargets(words, argument) };
  }
  const [first, second] = argument === null ? ["", ...words] : words;
  if (first === undefined && argument?.count === "optional") return NO_ARGUMENTS;
  if (first === undefined) throw usage(`Cannot run ${name}: expected ${name} ${argument?.name}`);
  if (second !== undefined) throw unexpected(command, second);
  return { argument: first, targets: {} };
}

function unexpected({ name, argument }: Command, word: string): Error {
  const expected = argument === null ? `${name} without arguments` : `${name} ${argument.name}`;
  return usage(`Cannot use the argument ${quote(word)}: expected ${expected}`);
}
