/** The flags of a command line, as its tables of options and actions tell them. */
import { parseArgs as untypedParseArgs } from "@std/cli/parse-args";
import { EXIT, ExitError } from "../base/exit.ts";
import { quote } from "../settings/found.ts";
import { nearest } from "../settings/nearest.ts";
import { flagName, kebab, type OptionTable } from "../settings/option.ts";

/** Flags that ask for something and take no value, by key. */
export type ActionTable<A extends string> = Readonly<
  Record<A, {
    /** The one-letter flag, without its minus; empty when there is none. */
    readonly short: string;
    readonly help: string;
  }>
>;

/** The flags that a command line may have. */
export interface FlagTables<K extends string, A extends string> {
  readonly options: OptionTable<K>;
  readonly actions: ActionTable<A>;
  /** Options that are not for here but after `--`; empty when nothing is. */
  readonly afterDashes: OptionTable;
  /** What to type to see all options. */
  readonly help: string;
}

/** A command line, taken apart. */
export interface ParsedFlags<K extends string, A extends string> {
  /** The values of the flags, not yet checked. */
  readonly flags: Readonly<Partial<Record<K, readonly string[]>>>;
  readonly actions: Readonly<Record<A, boolean>>;
  /** What is neither a flag nor its value, and all that follows `--`. */
  readonly words: readonly string[];
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

/**
 * Takes a command line apart. The values of flags are left as text.
 *
 * @throws {ExitError} 64 for an unknown option, a missing value, and a value
 * where none belongs.
 */
export async function parseFlags<K extends string, A extends string>(
  args: readonly string[],
  tables: FlagTables<K, A>,
): Promise<ParsedFlags<K, A>> {
  const optionKeys = Object.keys(tables.options) as K[];
  const actionKeys = Object.keys(tables.actions) as A[];
  const unknown: string[] = [];
  const parsed = parseArgs(attachValues(args, tables), {
    string: [...optionKeys.map(kebab), "_"],
    collect: optionKeys.map(kebab),
    boolean: actionKeys.map(kebab),
    alias: Object.fromEntries(
      actionKeys.filter((key) => tables.actions[key].short !== "")
        .map((key) => [tables.actions[key].short, kebab(key)]),
    ),
    unknown(arg, key) {
      if (key === undefined) return true;
      unknown.push(arg.startsWith("--") ? arg : `-${key}`);
      return false;
    },
  });
  const [stranger] = unknown;
  if (stranger !== undefined) throw await unknownOption(stranger, tables);

  const flags: Partial<Record<K, readonly string[]>> = {};
  for (const key of optionKeys) {
    const values = parsed[kebab(key)] as string[];
    if (values.length > 0) flags[key] = values;
  }
  const actions = Object.fromEntries(
    actionKeys.map((key) => [key, parsed[kebab(key)]]),
  ) as Record<A, boolean>;
  return { flags, actions, words: parsed._ };
}

/** The error of a command line that is wrong. */
export function usage(message: string): ExitError {
  return new ExitError(message, EXIT.usage);
}

/** The options that take a value by each of their flags: `--port` and `-p`. */
function valuedFlags(options: OptionTable): Map<string, string> {
  return new Map(
    Object.entries(options).flatMap(([key, { short }]) => {
      const long: [string, string] = [flagName(key), key];
      return short === "" ? [long] : [long, [`-${short}`, key]];
    }),
  );
}

/** What stands for each flag that takes no value: `--help`, `-h` and `--no-watch`. */
function valuelessFlags(options: OptionTable, actions: ActionTable<string>): Map<string, string> {
  return new Map([
    ...Object.entries(actions).flatMap(([key, { short }]) => {
      const long: [string, string] = [flagName(key), `${flagName(key)}=true`];
      return short === "" ? [long] : [long, [`-${short}`, long[1]] as const];
    }),
    ...Object.keys(options).filter((key) => options[key]?.type === "flag").map((key) =>
      [`--no-${kebab(key)}`, `${flagName(key)}=false`] as const
    ),
  ]);
}

/**
 * Writes every flag that is known as one `--name=value`. The parser alone
 * would lose a value that begins with a minus, take `-kasync` for six flags,
 * give an empty text for a value that is missing, and accept `--help=no`.
 * A flag of the kind `flag` never takes the next argument: that may be a command.
 */
function attachValues(
  args: readonly string[],
  { options, actions }: FlagTables<string, string>,
): string[] {
  const valued = valuedFlags(options);
  const valueless = valuelessFlags(options, actions);
  const attached: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") return [...attached, ...args.slice(i)];
    const [flag, inline] = split(arg);
    const key = valued.get(flag);
    const standIn = valueless.get(flag);
    if (key !== undefined) {
      const takesNext = inline === undefined && options[key]?.type !== "flag";
      const value = takesNext ? valueAfter(args[i + 1]) : inline ?? "true";
      if (takesNext) i++;
      if (value === undefined || value === "") {
        const name = flagName(key);
        throw usage(
          `Cannot use ${flag}: the value is missing, expected ${name}=value`,
        );
      }
      attached.push(`${flagName(key)}=${value}`);
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

async function unknownOption(
  arg: string,
  { options, actions, afterDashes, help }: FlagTables<string, string>,
): Promise<ExitError> {
  const [flag] = arg.startsWith("--") ? split(arg) : [arg];
  const known = [...Object.keys(options), ...Object.keys(actions)].map(flagName);
  // What begins a flag of ours, as --mode does --modes, was meant to be that.
  const isOurs = known.some((name) => name.startsWith(flag));
  if (!isOurs && Object.keys(afterDashes).map(flagName).includes(flag)) {
    return usage(`Unknown option ${flag}: an option of the server goes after --`);
  }
  const hint = flag.startsWith("--") ? await nearest(flag, known) : null;
  return usage(
    `Unknown option ${spelt(flag)}: ` +
      (hint === null ? `see ${help} for all` : `did you mean ${hint}?`),
  );
}

/** Flags are shown without quotes, unless they hold what would need them. */
function spelt(flag: string): string {
  return /^[\w-]+$/.test(flag) ? flag : quote(flag);
}
