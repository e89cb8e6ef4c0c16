/** The shape of every command: its name, its arguments and its action. */
import type { FlagsOf } from "../../settings/flags.ts";
import type { OptionTable } from "../../settings/option.ts";
import { type ActionKey, ACTIONS, OPTIONS } from "../../settings/options.ts";
import type { Targets } from "../../settings/targets.ts";
import type { ActionTable } from "../flags.ts";
import type { Rows } from "../help_layout.ts";
import type { WatchSignals, WatchSuspension } from "../signals.ts";

/** A command. Its file is small: `run` imports what it needs. */
export interface Command<T extends OptionTable = OptionTable> {
  readonly name: string;
  /** One line without a full stop. */
  readonly help: string;
  /** What it takes besides options; null if that is nothing. */
  readonly argument: Argument | null;
  readonly options: T;
  /** Flags that make it do something else, such as `--help`. */
  readonly actions: ActionTable;
  /** What may follow `--`; null if nothing may. */
  readonly rest: Rest | null;
  /** Its own `--help`; null for a command that takes the options of `serve`. */
  readonly manual: Manual | null;
  /**
   * @returns The exit code.
   * @throws {ExitError} If the user can fix the cause.
   */
  run(line: CommandLine<T>, program: Program): Promise<number>;
}

/** Words on the command line that are not options. */
export type Argument = OneArgument | FileArguments;

/** Exactly one word, or at most one. */
interface OneArgument {
  /** As help texts show it: `<file>`. */
  readonly name: string;
  readonly count: "one" | "optional";
  /** What a shell can complete: files, a fixed set of words, or nothing. */
  readonly values: "files" | readonly string[];
}

/** Any number of files and folders. */
export interface FileArguments {
  /** As help texts show them. */
  readonly name: string;
  readonly count: "any";
  readonly values: "files";
  /** What is done with them, for messages: `serve`. */
  readonly verb: string;
  /** What to say of a word that is neither; empty for nothing more. */
  hint(word: string): Promise<string>;
}

/** The words after `--`, which the command gets unchanged. */
export interface Rest {
  /** As help texts show it: `options of the server`. */
  readonly name: string;
  /** The options among these words, for completions and hints. */
  readonly options: OptionTable;
}

/** The parts of a command's help that do not derive from its options. */
export interface Manual {
  /** Arguments after the name of the command, and what they do. */
  readonly examples: Rows;
  /** Further tables, by title. */
  readonly tables: Readonly<Record<string, Rows>>;
  /** How to write values. */
  readonly values: string;
  readonly exitCodes: Rows;
  /** The options that its help shows, if those of the server are among its own. */
  readonly options?: OptionTable;
}

/** The command line of a command, with unchecked options. */
export interface CommandLine<T = OptionTable> {
  readonly flags: FlagsOf<T>;
  readonly actions: ReadonlySet<ActionKey>;
  /** The one argument; empty if the command takes none or any number. */
  readonly argument: string;
  /** What any number of arguments name. */
  readonly targets: Targets;
  /** The words after `--`. */
  readonly rest: readonly string[];
}

/** What the program provides to its commands. */
export interface Program {
  readonly watchSignals: WatchSignals;
  readonly watchSuspension: WatchSuspension;
  /** Loads every command that is not hidden. */
  loadCommands(): Promise<readonly Command[]>;
}

/** The parts of `serve` that commands with the same options share. */
export const SERVER_LINE = { options: OPTIONS, actions: ACTIONS, rest: null, manual: null };

/** The arguments of commands that serve, or check what would be served. */
export const TARGETS: FileArguments = {
  name: "[handler] [folder]",
  count: "any",
  values: "files",
  verb: "serve",
  hint: () => Promise.resolve(""),
};

/** The actions of a command with options of its own. */
export const OWN_ACTIONS = { help: ACTIONS.help };
