/** The shape of an option, and the names that derive from its key. */
import type { Kind } from "./kinds/kind.ts";

/** The groups of `--help`, in order. */
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
  "Balancer",
  "HTTP balancer",
  "Logs",
  "Admin",
  "Alerts",
  "Process",
  "Check",
  "Service",
] as const;

/** One option: its kind, and what is specific to it. */
export interface Option<T> extends Kind<NonNullable<T>> {
  /** The final value when no source sets one; null for none. */
  readonly default: T;
  readonly group: typeof GROUPS[number];
  /** One line for `--help`, without a full stop. */
  readonly help: string;
  /** What null or an empty list means, for people. */
  readonly unset: string;
  /** The one-letter flag, without its dash; empty for none. */
  readonly short: string;
  /** Other environment names; the option's own name takes precedence. */
  readonly env: readonly string[];
  /** Whether a configuration file may set it. */
  readonly inFile: boolean;
  /** Whether values hold secrets, and are shown as the `mask` of the kind formats them. */
  readonly secret: boolean;
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

/** What is specific to an option. */
type Details<T> =
  & Pick<Option<T>, "default" | "group" | "help">
  & Partial<Pick<Option<T>, "unset" | "short" | "env" | "inFile" | "secret">>;

/** Makes an entry of the table. */
export function option<T>(kind: Kind<T>, details: Details<NoInfer<T>>): Option<T>;
export function option<T>(kind: Kind<T>, details: Details<null>): Option<T | null>;
export function option(kind: Kind<unknown>, details: Details<unknown>): Option<unknown> {
  return {
    ...kind as Kind<NonNullable<unknown>>,
    unset: "",
    short: "",
    env: [],
    inFile: true,
    secret: false,
    ...details,
  };
}
