import type { GenericSchema } from "valibot";

/**
 * A JSON Schema of a value (draft 2020-12). Where a file may hold a number or text, the keywords
 * of both are side by side: each applies to its type only.
 */
export interface JsonSchema {
  readonly type: readonly ("string" | "integer" | "number" | "boolean" | "array" | "null")[];
  readonly enum?: readonly (string | null)[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly items?: JsonSchema;
}

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
    | "address"
    | "addresses"
    | "network"
    | "backend"
    | "check"
    | "aspect"
    | "statuses"
    | "range"
    | "url"
    | "dependency";
  /** Every accepted value, if they can be listed. */
  readonly choices: readonly string[];
  /** Whether the flag may be given more than once. */
  readonly repeatable: boolean;
  /**
   * Turns text (from flags and the environment) or a value of a configuration
   * file into the final value. Its messages complete the words "expected ...".
   */
  readonly schema: GenericSchema<unknown, T>;
  /** What a configuration file may hold. */
  readonly json: JsonSchema;
  /** Formats a final value as a flag would take it, and a list as its items. */
  format(value: T): string | string[];
  /** Formats a final value like `format`, with what is secret in it masked. */
  mask?(value: T): string | string[];
  /** Makes relative paths in the value absolute, from an absolute folder. */
  resolve(value: T, folder: string): T;
}

/** The properties that most kinds share. */
export const PLAIN = {
  choices: [] as readonly string[],
  repeatable: false,
  json: { type: ["string"] } as JsonSchema,
  format: String,
  resolve<T>(value: T, _folder: string): T {
    return value;
  },
};
