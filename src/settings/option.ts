/** The shape of one entry of a table of options, and how its names follow from its key. */
import type { Kind } from "./kinds/kind.ts";

/** The groups of `--help`, in its order; a table has options of some of them. */
export const GROUPS = [
  "Workload",
  "Load",
  "Servers",
  "Report",
  "Model",
  "Workers",
  "Listen",
  "Limits",
  "Timeouts",
  "HTTP",
  "Logs",
  "Process",
] as const;

/** One option: its kind, and what is particular to it. */
export interface Option<T> extends Kind<NonNullable<T>> {
  /** The final value when no source sets one; null when it has none. */
  readonly default: T;
  readonly group: typeof GROUPS[number];
  /** One line without a full stop. */
  readonly help: string;
  /** What null means, for people. */
  readonly unset: string;
  /** The one-letter flag, without its minus; empty when there is none. */
  readonly short: string;
  /** Other environment names; they yield to the option's own. */
  readonly env: readonly string[];
  /** Can it be set in a configuration file? */
  readonly inFile: boolean;
}

/** The options of a command, by key. */
export type OptionTable<K extends string = string> = Readonly<Record<K, Option<unknown>>>;

/** The final values of a table: milliseconds, bytes, absolute paths. */
export type ValuesOf<T> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

/** A key as flags spell it: `max-connections`. */
export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The flag of a key: `--max-connections`. */
export function flagName(key: string): string {
  return `--${kebab(key)}`;
}

type Particulars<T> =
  & Pick<Option<T>, "default" | "group" | "help">
  & Partial<Pick<Option<T>, "unset" | "short" | "env" | "inFile">>;

/**
 * Makes an entry of the table: a kind, and what is particular to the option.
 */
export function option<T>(
  kind: Kind<T>,
  particulars: Particulars<NoInfer<T>>,
): Option<T>;
export function option<T>(
  kind: Kind<T>,
  particulars: Particulars<null>,
): Option<T | null>;
export function option(
  kind: Kind<unknown>,
  particulars: Particulars<unknown>,
): Option<unknown> {
  return {
    ...kind as Kind<NonNullable<unknown>>,
    unset: "",
    short: "",
    env: [],
    inFile: true,
    ...particulars,
  };
}
