import type { GenericSchema } from "valibot";

/** How the values of an option are written, checked and shown. */
export interface Kind<T> {
  readonly type:
    | "choice"
    | "flag"
    | "integer"
    | "number"
    | "duration"
    | "size"
    | "percent"
    | "host"
    | "text"
    | "path"
    | "permissions"
    | "addresses"
    | "network";
  /** Every accepted value, if they can be listed. */
  readonly choices: readonly string[];
  /** Whether the flag may be given more than once. */
  readonly repeatable: boolean;
  /**
   * Turns text (from flags and the environment) or a value of a configuration
   * file into the final value. Its messages complete the words "expected ...".
   */
  readonly schema: GenericSchema<unknown, T>;
  /** Formats a final value as a flag would take it, and a list as its items. */
  format(value: T): string | string[];
  /** Makes relative paths in the value absolute, from an absolute folder. */
  resolve(value: T, folder: string): T;
}

/** The properties that most kinds share. */
export const PLAIN = {
  choices: [] as readonly string[],
  repeatable: false,
  format: String,
  resolve<T>(value: T, _folder: string): T {
    return value;
  },
};
