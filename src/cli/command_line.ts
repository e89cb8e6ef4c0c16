/** Finds the command to run in the arguments of the program. */
import { quote } from "../settings/found.ts";
import { nearest } from "../settings/nearest.ts";
import type { OptionTable } from "../settings/option.ts";
import type { ActionKey } from "../settings/options.ts";
import { type Command, type CommandLine, SERVER_LINE } from "./commands/command.ts";
import { COMMAND_NAMES, type CommandName, COMMANDS, isCommandName } from "./commands/registry.ts";
import { parseFlags, usage } from "./flags.ts";
import { PROGRAM } from "./program.ts";

/** A command, and the command line to run it with. */
export interface Invocation {
  readonly command: Command;
  readonly line: CommandLine;
}

/**
 * Finds the command and parses its options. The values of flags stay text.
 *
 * The options of `serve` may precede the command, and `--check` is the command
 * `check`. A command with options of its own must be the first argument.
 *
 * @param args As in `Deno.args`.
 * @throws {ExitError} 64 for an unknown command or option, a missing value, or a
 * missing or unexpected argument; with `--help` or `--version`, arguments are not
 * checked.
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
    options: SERVER_LINE.options as OptionTable,
    actions: SERVER_LINE.actions,
    restOptions: {},
    help: "--help",
  });
  const [first = "serve", ...rest] = words;
  const name = await commandNamed(first);
  const command: Command = await COMMANDS
    [actions.has("check") && name === "serve" ? "check" : name]();
  const isComplete = !actions.has("help") && !actions.has("version");
  if (isComplete && command.manual !== null) {
    throw usage(`Cannot run ${name}: expected "${name}" as the first argument`);
  }
  if (isComplete) checkWords(command, rest);
  return { command, line: { flags, actions, argument: rest[0] ?? "", rest: [] } };
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
  if (!actions.has("help")) {
    checkWords(command, words);
    if (dashes !== -1 && rest === null) throw unexpected(command, "--");
  }
  const line = {
    flags,
    actions: actions as ReadonlySet<ActionKey>,
    argument: words[0] ?? "",
    rest: dashes === -1 ? [] : args.slice(dashes + 1),
  };
  return { command, line };
}

async function commandNamed(word: string): Promise<CommandName> {
  const name = COMMAND_NAMES.find((name) => name === word);
  if (name !== undefined) return name;
  if (/[./]/.test(word)) {
    throw usage(`Unknown command ${quote(word)}: to serve a module, use --handler`);
  }
  const hint = await nearest(word, COMMAND_NAMES);
  throw usage(
    `Unknown command ${quote(word)}: ` +
      (hint === null
        ? `expected one of ${COMMAND_NAMES.join(", ")}`
        : `did you mean ${quote(hint)}?`),
  );
}

/** Checks the words that are not options: the command's argument if it takes one, and no others. */
function checkWords(command: Command, words: readonly string[]): void {
  const { name, argument } = command;
  const count = argument === null ? 0 : 1;
  if (argument !== null && words.length < count) {
    throw usage(`Cannot run ${name}: expected ${name} ${argument.name}`);
  }
  const extra = words[count];
  if (extra !== undefined) throw unexpected(command, extra);
}

function unexpected({ name, argument }: Command, word: string): Error {
  const expected = argument === null ? `${name} without arguments` : `${name} ${argument.name}`;
  return usage(`Cannot use the argument ${quote(word)}: expected ${expected}`);
}
