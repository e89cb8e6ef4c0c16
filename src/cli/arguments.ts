/** The command line: a command, flags as raw text, and what is left over. */
import { parseArgs as untypedParseArgs } from "@std/cli/parse-args";
import { EXIT, ExitError } from "../exit.ts";
import { quote } from "../settings/found.ts";
import type { Flags } from "../settings/load.ts";
import { nearest } from "../settings/nearest.ts";
import {
  type ActionKey,
  ACTIONS,
  flagName,
  kebab,
  OPTION_KEYS,
  type OptionKey,
  optionOf,
} from "../settings/options.ts";
import { type Command, COMMAND_NAMES, COMMANDS } from "./commands.ts";

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

type ParseArgs = (args: readonly string[], options: {
  string: readonly string[];
  collect: readonly string[];
  boolean: readonly string[];
  alias: Readonly<Record<string, string>>;
  unknown: (arg: string, key?: string) => boolean;
}) => { _: string[] } & Record<string, unknown>;

// The package has no types.
const parseArgs: ParseArgs = untypedParseArgs;

const ACTION_KEYS = Object.keys(ACTIONS) as ActionKey[];

/** The options by each of their flags: `--port` and `-p`. */
const VALUED: ReadonlyMap<string, OptionKey> = new Map(
  OPTION_KEYS.flatMap((key) => {
    const { short } = optionOf(key);
    const long: [string, OptionKey] = [flagName(key), key];
    return short === "" ? [long] : [long, [`-${short}`, key]];
  }),
);

/** What stands for each flag that takes no value: `--help`, `-h` and `--no-watch`. */
const VALUELESS: ReadonlyMap<string, string> = new Map([
  ...ACTION_KEYS.flatMap((key) => {
    const { short } = ACTIONS[key];
    const long: [string, string] = [flagName(key), `${flagName(key)}=true`];
    return short === "" ? [long] : [long, [`-${short}`, long[1]] as const];
  }),
  ...OPTION_KEYS.filter(isFlag).map((key) =>
    [`--no-${kebab(key)}`, `${flagName(key)}=false`] as const
  ),
]);

function isFlag(key: OptionKey): boolean {
  return optionOf(key).type === "flag";
}

/**
 * Reads the command line. The values of flags are left as text, for
 * `loadSettings` to check; whether a shell is known, `completions` checks.
 *
 * @param args As in `Deno.args`.
 * @throws {ExitError} 64 for an unknown command or option, a missing value,
 * and positionals that the command does not take.
 */
export async function parseArguments(
  args: readonly string[],
): Promise<Arguments> {
  const unknown: string[] = [];
  const parsed = parseArgs(attachValues(args), {
    string: [...OPTION_KEYS.map(kebab), "_"],
    collect: OPTION_KEYS.map(kebab),
    boolean: ACTION_KEYS.map(kebab),
    alias: Object.fromEntries(
      ACTION_KEYS.filter((key) => ACTIONS[key].short !== "")
        .map((key) => [ACTIONS[key].short, kebab(key)]),
    ),
    unknown(arg, key) {
      if (key === undefined) return true;
      unknown.push(arg.startsWith("--") ? arg : `-${key}`);
      return false;
    },
  });
  const [stranger] = unknown;
  if (stranger !== undefined) throw await unknownOption(stranger);

  const flags: Partial<Record<OptionKey, readonly string[]>> = {};
  for (const key of OPTION_KEYS) {
    const values = parsed[kebab(key)] as string[];
    if (values.length > 0) flags[key] = values;
  }
  const actions = Object.fromEntries(
    ACTION_KEYS.map((key) => [key, parsed[kebab(key)]]),
  ) as Record<ActionKey, boolean>;
  const [first = "serve", ...positionals] = parsed._;
  const command = await commandOf(first);
  if (!actions.help && !actions.version) checkPositionals(command, positionals);
  return {
    command: actions.check && command === "serve" ? "check" : command,
    actions,
    flags,
    positionals,
  };
}

/**
 * Writes every flag that is known as one `--name=value`. The parser alone
 * would lose a value that begins with a minus, take `-kasync` for six flags,
 * give an empty text for a value that is missing, and accept `--help=no`.
 * A flag of the kind `flag` never takes the next argument: that may be a command.
 */
function attachValues(args: readonly string[]): string[] {
  const attached: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") return [...attached, ...args.slice(i)];
    const [flag, inline] = split(arg);
    const option = VALUED.get(flag);
    const standIn = VALUELESS.get(flag);
    if (option !== undefined) {
      const takesNext = inline === undefined && !isFlag(option);
      const value = takesNext ? valueAfter(args[i + 1]) : inline ?? "true";
      if (takesNext) i++;
      if (value === undefined || value === "") {
        const name = flagName(option);
        throw usage(
          `Cannot use ${flag}: the value is missing, expected ${name}=value`,
        );
      }
      attached.push(`${flagName(option)}=${value}`);
    } else if (standIn !== undefined && arg === flag) {
      attached.push(standIn);
    } else if (standIn !== undefined && arg[flag.length] === "=") {
      throw usage(`Cannot use ${flag} ${quote(inline)}: expected no value`);
    } else {
      // With its value, the parser would take "--no-port=5" for "--port=5".
      attached.push(flag.startsWith("--no-") ? flag : arg);
    }
  }
  return attached;
}

/** An argument as the value of the flag before it, unless it is a flag. */
function valueAfter(arg: string | undefined): string | undefined {
  // No flag begins with a digit, so "-1" can only be meant as a value.
  return arg !== undefined && /^-[^\d.]/.test(arg) ? undefined : arg;
}

/** Splits `--port=8000`, `-p8000` and `-p=8000` into flag and value. */
function split(arg: string): [flag: string, value: string | undefined] {
  if (arg.startsWith("--")) {
    const at = arg.indexOf("=");
    return at === -1 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
  }
  if (arg.length <= 2) return [arg, undefined];
  return [arg.slice(0, 2), arg.slice(arg[2] === "=" ? 3 : 2)];
}

async function unknownOption(arg: string): Promise<ExitError> {
  const [flag] = arg.startsWith("--") ? split(arg) : [arg];
  const known = [...OPTION_KEYS, ...ACTION_KEYS].map(flagName);
  const hint = flag.startsWith("--") ? await nearest(flag, known) : null;
  return usage(
    `Unknown option ${spelt(flag)}: ` +
      (hint === null ? "see --help for all" : `did you mean ${hint}?`),
  );
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

function checkPositionals(command: Command, positionals: readonly string[]) {
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

/** Flags are shown without quotes, unless they hold what would need them. */
function spelt(flag: string): string {
  return /^[\w-]+$/.test(flag) ? flag : quote(flag);
}

function usage(message: string): ExitError {
  return new ExitError(message, EXIT.usage);
}
