/** What the completions of each shell are made of. */
import { BENCH_OPTIONS } from "../settings/bench_options.ts";
import type { Kind } from "../settings/kinds.ts";
import { LOAD_OPTIONS } from "../settings/load_options.ts";
import { kebab, type OptionTable } from "../settings/option.ts";
import { ACTIONS, OPTIONS } from "../settings/options.ts";
import { OWN_COMMAND_NAMES, OWN_COMMANDS, type OwnCommand } from "./commands.ts";
import type { ActionTable } from "./flags.ts";
import { OWN_ACTIONS } from "./own_arguments.ts";

/** The names of the shells that there are completions for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** What a script needs to know of a flag. */
export interface Flag {
  readonly long: string;
  /** Without its minus; empty when there is none. */
  readonly short: string;
  readonly help: string;
  /** `choices` are several of the choices, with commas between them. */
  readonly value: "none" | "choice" | "choices" | "path" | "other";
  readonly choices: readonly string[];
  readonly repeatable: boolean;
}

/** What the kinds take that a shell can complete, or that need no value. */
const VALUES: Partial<Record<Kind<unknown>["type"], Flag["value"]>> = {
  choice: "choice",
  path: "path",
  flag: "none",
};

const OWN_TABLES: Readonly<Record<OwnCommand, OptionTable>> = {
  bench: BENCH_OPTIONS as OptionTable,
  load: LOAD_OPTIONS as OptionTable,
};

/** The flags of `serve`, and of the commands that share its options. */
export function sharedFlags(): Flag[] {
  return flagsOf(OPTIONS as OptionTable, ACTIONS);
}

/** A command with options of its own. */
export interface OwnWords {
  readonly name: OwnCommand;
  readonly flags: readonly Flag[];
  /** Do flags of `serve` follow `--`? */
  readonly hasServerFlags: boolean;
}

/** The commands with options of their own. */
export function ownWords(): OwnWords[] {
  return OWN_COMMAND_NAMES.map((name) => ({
    name,
    flags: flagsOf(OWN_TABLES[name], OWN_ACTIONS),
    hasServerFlags: OWN_COMMANDS[name].afterDashes !== "",
  }));
}

function flagsOf(table: OptionTable, actionTable: ActionTable<string>): Flag[] {
  const options = Object.entries(table).map(([key, option]): Flag => {
    const { short, help, choices, type, repeatable } = option;
    const value = VALUES[type] ?? "other";
    return {
      long: kebab(key),
      short,
      help,
      value: value === "choice" && repeatable ? "choices" : value,
      choices,
      repeatable,
    };
  });
  const actions = Object.entries(actionTable).map(([key, action]): Flag => ({
    ...action,
    long: kebab(key),
    value: "none",
    choices: [],
    repeatable: false,
  }));
  return [...options, ...actions];
}

/** How a flag can be written, the letter first: `-p`, `--port`. */
export function spellings({ long, short }: Flag): string[] {
  return short === "" ? [`--${long}`] : [`-${short}`, `--${long}`];
}
