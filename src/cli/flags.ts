/** Parses the flags of a command line by tables of options and actions. */
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

/**
 * Parses a command line. The values of flags stay text. A boolean flag never takes the
 * next argument, which may be a command.
 *
 * @throws {ExitError} 64 for an unknown option, a missing value, or a value for a flag
 * that takes none.
 */
export async function parseFlags<A extends string>(
  args: readonly string[],
  tables: FlagTables<A>,
): Promise<ParsedFlags<A>> {
  const { options, actions } = tables;
  const valued = valuedFlags(options);
  const valueless = valuelessFlags(options, actions);
  const parsed = new Parsed();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") {
      parsed.words.push(...args.slice(i + 1));
      break;
    }
    const [flag, inline] = splitFlag(arg);
    const key = valued.get(flag);
    if (key !== undefined) {
      const takesNext = inline === undefined && options[key]?.type !== "flag";
      const value = takesNext ? valueAfter(args[i + 1]) : inline ?? "true";
      if (takesNext) i++;
      if (value === undefined || value === "") {
        throw usage(`Cannot use ${flag}: the value is missing, expected ${flagName(key)}=value`);
      }
      parsed.set(key, value);
    } else if (valueless.has(flag) && arg[flag.length] === "=") {
      throw usage(`Cannot use ${flag} ${quote(inline)}: expected no value`);
    } else if (arg.startsWith("--")) {
      parsed.turnOn(valueless.get(arg), arg);
    } else if (arg.startsWith("-") && arg !== "-") {
      for (const letter of arg.slice(1)) {
        parsed.turnOn(valueless.get(`-${letter}`), /\w/.test(letter) ? `-${letter}` : arg);
      }
    } else {
      parsed.words.push(arg);
    }
  }
  const [unknown] = parsed.unknown;
  if (unknown !== undefined) throw await unknownOption(unknown, tables);
  return { flags: parsed.flags, actions: parsed.actions as Set<A>, words: parsed.words };
}

/** What a flag without a value does: select an action, or set an option. */
type Effect = { readonly action: string } | { readonly key: string; readonly value: string };

/** A command line as parsed so far. */
class Parsed {
  readonly flags: Record<string, string[]> = {};
  readonly actions = new Set<string>();
  readonly words: string[] = [];
  /** The flags that no table has. */
  readonly unknown: string[] = [];

  set(key: string, value: string): void {
    (this.flags[key] ??= []).push(value);
  }

  turnOn(effect: Effect | undefined, flag: string): void {
    if (effect === undefined) this.unknown.push(flag);
    else if ("action" in effect) this.actions.add(effect.action);
    else this.set(effect.key, effect.value);
  }
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

/** The keys of the options by each of their flags: `--port` and `-p`. */
function valuedFlags(options: OptionTable): Map<string, string> {
  return new Map(
    Object.entries(options).flatMap(([key, { short }]) => {
      const long: [string, string] = [flagName(key), key];
      return short === "" ? [long] : [long, [`-${short}`, key]];
    }),
  );
}

/** What each flag does that takes no value: `--help`, `-h` and `--no-watch`. */
function valuelessFlags(options: OptionTable, actions: ActionTable): Map<string, Effect> {
  return new Map([
    ...Object.entries(actions).flatMap(([key, { short }]): [string, Effect][] => {
      const long: [string, Effect] = [flagName(key), { action: key }];
      return short === "" ? [long] : [long, [`-${short}`, long[1]]];
    }),
    ...Object.keys(options).filter((key) => options[key]?.type === "flag").map(
      (key): [string, Effect] => [`--no-${kebab(key)}`, { key, value: "false" }],
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
