/** Parses the flags of a command line by tables of options and actions. */
import { parseArgs as untypedParseArgs } from "@std/cli/parse-args";
import { EXIT, ExitError } from "../base/exit.ts";
import { quote } from "../settings/found.ts";
import { nearest } from "../settings/nearest.ts";
import { flagName, kebab, type OptionTable } from "../settings/option.ts";

/** Flags that select an action and take no value, by key. */
export type ActionTable<A extends string = string> = Readonly<
  Record<A, {
    /** The one-letter flag, without its dash; empty if there is none. */
    readonly short: string;
    readonly help: string;
  }>
>;

/** The flags that a command line may have. */
export interface FlagTables<A extends string> {
  readonly options: OptionTable;
  readonly actions: ActionTable<A>;
  /** Options that belong after `--`, so that an error can say so. */
  readonly restOptions: OptionTable;
  /** The command that shows all options. */
  readonly help: string;
}

/** A parsed command line. */
export interface ParsedFlags<A extends string> {
  /** The values of each flag, in order and not yet checked, by key. */
  readonly flags: Readonly<Record<string, readonly string[]>>;
  /** The keys of the requested actions. */
  readonly actions: ReadonlySet<A>;
  /** The words that are neither flags nor their values, and all words after `--`. */
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
 * Parses a command line. The values of flags stay text.
 *
 * @throws {ExitError} 64 for an unknown option, a missing value, or a value for a flag
 * that takes none.
 */
export async function parseFlags<A extends string>(
  args: readonly string[],
  tables: FlagTables<A>,
): Promise<ParsedFlags<A>> {
  const optionKeys = Object.keys(tables.options);
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
  const [first] = unknown;
  if (first !== undefined) throw await unknownOption(first, tables);

  const flags: Record<string, readonly string[]> = {};
  for (const key of optionKeys) {
    const values = parsed[kebab(key)] as string[];
    if (values.length > 0) flags[key] = values;
  }
  const actions = new Set(actionKeys.filter((key) => parsed[kebab(key)] === true));
  return { flags, actions, words: parsed._ };
}

/** The error for a wrong command line. */
export function usage(message: string): ExitError {
  return new ExitError(message, EXIT.usage);
}

/** Splits `--port=8000`, `-p8000` and `-p=8000` into flag and value. */
export function splitFlag(arg: string): [flag: string, value: string | undefined] {
  if (arg.startsWith("--")) {
    const at = arg.indexOf("=");
    return at === -1 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
  }
  if (arg.length <= 2) return [arg, undefined];
  return [arg.slice(0, 2), arg.slice(arg[2] === "=" ? 3 : 2)];
}

/**
 * Rewrites every known flag as one `--name=value`. The parser alone would drop
 * a value that begins with a dash, read `-kasync` as six flags, return an empty
 * text for a missing value, and accept `--help=no`. A boolean flag never takes the
 * next argument, which may be a command.
 */
function attachValues(
  args: readonly string[],
  { options, actions }: FlagTables<string>,
): string[] {
  const valued = valuedFlags(options);
  const valueless = valuelessFlags(options, actions);
  const attached: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") return [...attached, ...args.slice(i)];
    const [flag, inline] = splitFlag(arg);
    const key = valued.get(flag);
    const standIn = valueless.get(flag);
    if (key !== undefined) {
      const takesNext = inline === undefined && options[key]?.type !== "flag";
      const value = takesNext ? valueAfter(args[i + 1]) : inline ?? "true";
      if (takesNext) i++;
      if (value === undefined || value === "") {
        throw usage(`Cannot use ${flag}: the value is missing, expected ${flagName(key)}=value`);
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

/** The keys of the options by each of their flags: `--port` and `-p`. */
function valuedFlags(options: OptionTable): Map<string, string> {
  return new Map(
    Object.entries(options).flatMap(([key, { short }]) => {
      const long: [string, string] = [flagName(key), key];
      return short === "" ? [long] : [long, [`-${short}`, key]];
    }),
  );
}

/** The long spelling, with its value, of each flag that takes none: `--help`, `-h` and `--no-watch`. */
function valuelessFlags(options: OptionTable, actions: ActionTable): Map<string, string> {
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

/** The argument after a flag as its value; undefined if that is a flag itself. */
function valueAfter(arg: string | undefined): string | undefined {
  // No flag begins with a digit, so "-1" can only be a value.
  return arg !== undefined && /^-[^\d.]/.test(arg) ? undefined : arg;
}

async function unknownOption(
  arg: string,
  { options, actions, restOptions, help }: FlagTables<string>,
): Promise<ExitError> {
  const [flag] = arg.startsWith("--") ? splitFlag(arg) : [arg];
  const known = [...Object.keys(options), ...Object.keys(actions)].map(flagName);
  // A prefix of a known flag, such as --mode of --modes, is probably meant to be that flag.
  const isPrefix = known.some((name) => name.startsWith(flag));
  if (!isPrefix && Object.keys(restOptions).map(flagName).includes(flag)) {
    return usage(`Unknown option ${flag}: an option of the server goes after --`);
  }
  const hint = flag.startsWith("--") ? await nearest(flag, known) : null;
  return usage(
    `Unknown option ${shown(flag)}: ` +
      (hint === null ? `see ${help} for all` : `did you mean ${hint}?`),
  );
}

/** A flag for a message, quoted only if it contains unusual characters. */
function shown(flag: string): string {
  return /^[\w-]+$/.test(flag) ? flag : quote(flag);
}
