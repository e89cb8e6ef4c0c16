/** The command line of a command with options of its own. */
import type { FlagsOf } from "../settings/flags.ts";
import type { OptionTable } from "../settings/option.ts";
import { ACTIONS, OPTIONS } from "../settings/options.ts";
import { checkPositionals } from "./arguments.ts";
import { COMMANDS, OWN_COMMANDS, type OwnCommand, PROGRAM } from "./commands.ts";
import { type ActionTable, parseFlags, usage } from "./flags.ts";

/** What the command line asks for. */
export interface OwnArguments<T> {
  /** Only to show the help: the rest may be incomplete. */
  readonly isHelp: boolean;
  /** The values of the flags, not yet checked. */
  readonly flags: FlagsOf<T>;
  /** What is neither a flag nor its value. */
  readonly positionals: readonly string[];
  /** What follows `--`, as it is. */
  readonly afterDashes: readonly string[];
}

/** The actions of these commands. */
export const OWN_ACTIONS: ActionTable<"help"> = { help: ACTIONS.help };

/**
 * Reads the command line. The values of flags are left as text.
 *
 * @param args What follows the name of the command.
 * @throws {ExitError} 64 for an unknown option, a missing value, and
 * positionals or a `--` that the command does not take.
 */
export async function parseOwnArguments<T extends OptionTable>(
  command: OwnCommand,
  table: T,
  args: readonly string[],
): Promise<OwnArguments<T>> {
  const { afterDashes } = OWN_COMMANDS[command];
  const dashes = args.indexOf("--");
  const { flags, actions, words } = await parseFlags(dashes === -1 ? args : args.slice(0, dashes), {
    options: table,
    actions: OWN_ACTIONS,
    afterDashes: afterDashes === "" ? {} : OPTIONS as OptionTable,
    help: `${PROGRAM} ${command} --help`,
  });
  if (!actions.help) {
    checkPositionals(command, words);
    if (dashes !== -1 && afterDashes === "") {
      throw usage(
        `Cannot use the argument "--": expected ${command} ${COMMANDS[command].argument}`,
      );
    }
  }
  return {
    isHelp: actions.help,
    flags: flags as FlagsOf<T>,
    positionals: words,
    afterDashes: dashes === -1 ? [] : args.slice(dashes + 1),
  };
}
