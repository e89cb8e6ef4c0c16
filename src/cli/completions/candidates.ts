/** Completions for the last word of a command line. */
import { flagName, type Option, type OptionTable } from "../../settings/option.ts";
import { type Command, SERVER_LINE } from "../commands/command.ts";
import { type ActionTable, splitFlag } from "../flags.ts";

/** A word that can replace the last one. */
export interface Candidate {
  /** Ends in `=` if a value must follow, in `,` if a list can continue. */
  readonly word: string;
  /** Empty for a value. */
  readonly help: string;
}

/** The candidates for a word. */
export interface Candidates {
  /** Whether a path can follow as well; shells complete paths better. */
  readonly files: boolean;
  readonly words: readonly Candidate[];
}

/**
 * Computes the candidates for the last word. They include what has been typed of it,
 * such as `--modes=single,`.
 *
 * @param words The words after the name of the program, up to the cursor; the last one may be
 * empty. A lone `=`, at which bash splits words, is joined to its neighbours.
 * @param commands All commands that are not hidden.
 */
export function candidates(words: readonly string[], commands: readonly Command[]): Candidates {
  const joined = joinAtEquals(words);
  const [before, current] = [joined.slice(0, -1), joined.at(-1) ?? ""];
  const [first] = before;
  const own = commands.find(({ name, manual }) => name === first && manual !== null);
  const { files, words: all } = own === undefined
    ? afterProgram(before, current, commands)
    : afterOwnCommand(before.slice(1), current, own);
  return { files, words: all.filter(({ word }) => word.startsWith(current)) };
}

const FILES: Candidates = { files: true, words: [] };
const NOTHING: Candidates = { files: false, words: [] };

/** After the program: the options of `serve`, its arguments, or a command and its arguments. */
function afterProgram(
  before: readonly string[],
  current: string,
  commands: readonly Command[],
): Candidates {
  // Some commands have an option more.
  const given = commands.find(({ name, manual }) => manual === null && before.includes(name));
  const options = given?.options ?? SERVER_LINE.options as OptionTable;
  const flags = flagsOf(options, SERVER_LINE.actions);
  return next(before, current, flags, ([name, ...rest]) => {
    const command = commands.find((command) => command.name === name);
    if (command !== undefined) return argumentOf(command, rest);
    // What is no command is a file or folder for the default command.
    if (name !== undefined) return FILES;
    // A command with options of its own must be the first argument.
    const allowed = commands.filter(({ manual }) => manual === null || before.length === 0);
    return { files: true, words: allowed.map(({ name, help }) => ({ word: name, help })) };
  });
}

/** After a command with options of its own: those, its argument, and what may follow `--`. */
function afterOwnCommand(
  before: readonly string[],
  current: string,
  command: Command,
): Candidates {
  const dashes = before.indexOf("--");
  if (dashes === -1) {
    const flags = flagsOf(command.options, command.actions);
    return next(before, current, flags, (words) => argumentOf(command, words));
  }
  if (command.rest === null) return NOTHING;
  const flags = flagsOf(command.rest.options, {});
  return next(before.slice(dashes + 1), current, flags, () => NOTHING);
}

/** @param words The words after the command, without options. */
function argumentOf({ argument }: Command, words: readonly string[]): Candidates {
  if (argument === null || argument.count !== "any" && words.length > 0) return NOTHING;
  return argument.values === "files" ? FILES : listed(argument.values);
}

/** Values, which need no help. */
function listed(values: readonly string[]): Candidates {
  return { files: false, words: values.map((word) => ({ word, help: "" })) };
}

/**
 * Decides by the preceding words whether a value, a flag or another word is expected.
 *
 * @param wordsAfter Takes the words that are neither flags nor values; returns those that can follow.
 */
function next(
  before: readonly string[],
  current: string,
  flags: readonly Flag[],
  wordsAfter: (words: readonly string[]) => Candidates,
): Candidates {
  const words: string[] = [];
  const given = new Set<Flag>();
  let pending: Flag | null = null;
  for (const word of before) {
    const isValue: boolean = pending !== null;
    pending = null;
    if (isValue) continue;
    if (!word.startsWith("-")) {
      words.push(word);
      continue;
    }
    const [spelling, value] = splitFlag(word);
    const flag = findFlag(flags, spelling);
    given.add(flag);
    if (flag.takesValue && value === undefined) pending = flag;
  }
  if (pending !== null) return valuesOf(pending, current, current);
  if (!current.startsWith("-")) return wordsAfter(words);
  const [spelling, value] = splitFlag(current);
  if (value !== undefined) return valuesOf(findFlag(flags, spelling), current, value);
  const left = flags.filter((flag) => flag.option?.repeatable === true || !given.has(flag));
  return {
    files: false,
    words: left.map(({ long, takesValue, help }) => ({
      word: takesValue ? `${long}=` : long,
      help,
    })),
  };
}

/** A flag of a command line. */
interface Flag {
  readonly long: string;
  /** Without its dash; empty if there is none. */
  readonly short: string;
  readonly help: string;
  readonly takesValue: boolean;
  /** Null for an action or an unknown flag. */
  readonly option: Option<unknown> | null;
}

function flagsOf(options: OptionTable, actions: ActionTable): Flag[] {
  return [
    ...Object.entries(options).map(([key, option]) => ({
      ...{ long: flagName(key), short: option.short, help: option.help },
      ...{ takesValue: option.type !== "flag", option },
    })),
    ...Object.entries(actions).map(([key, action]) => ({
      ...{ long: flagName(key), ...action, takesValue: false, option: null },
    })),
  ];
}

/** Finds a flag by `--port` or `-p`; an unknown one is assumed to take a value. */
function findFlag(flags: readonly Flag[], spelling: string): Flag {
  const negated = spelling.replace(/^--no-/, "--");
  const known = flags.find(({ long, short, takesValue }) =>
    long === spelling || short !== "" && `-${short}` === spelling ||
    !takesValue && long === negated
  );
  return known ?? { long: spelling, short: "", help: "", takesValue: true, option: null };
}

/** @param value The part of the current word that is the value, at its end. */
function valuesOf({ option }: Flag, current: string, value: string): Candidates {
  if (option === null) return NOTHING;
  if (option.type === "path") return FILES;
  const start = current.slice(0, current.length - value.length);
  if (!option.repeatable) return listed(option.choices.map((choice) => start + choice));
  const list = value.slice(0, value.lastIndexOf(",") + 1);
  const given = list.split(",");
  const left = option.choices.filter((choice) => !given.includes(choice));
  return listed(left.map((choice) => `${start}${list}${choice},`));
}

/** Joins what bash splits: `--mode=as` into `--mode`, `=` and `as`. */
function joinAtEquals(words: readonly string[]): string[] {
  const joined: string[] = [];
  let joinsNext = false;
  for (const word of words) {
    if (word === "=" || joinsNext) joined.push((joined.pop() ?? "") + word);
    else joined.push(word);
    joinsNext = word === "=";
  }
  return joined;
}
