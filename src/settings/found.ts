/** Values as they were found in a source, and how they become final ones. */
import { safeParse } from "valibot";
import { type ExitCode, ExitError } from "../base/exit.ts";
import type { Option } from "./option.ts";
import type { OptionKey } from "./options.ts";

/** Where the value of a setting comes from. */
export interface Source {
  readonly from: "flag" | "environment" | "file" | "default";
  /**
   * The flag, the environment name or the path of the file; for a default,
   * what was overridden with it, mostly nothing.
   */
  readonly detail: string;
}

/** How much a source weighs: the higher one wins. */
export const RANK = {
  flag: 4,
  environment: 3,
  /** Names that others set too, such as PORT, yield to our own names. */
  sharedEnvironment: 2,
  file: 1,
} as const;

/** A value as it was found in a source. */
export interface Found<K extends string = OptionKey> {
  readonly key: K;
  /** Text, a list of texts, or whatever a configuration file holds. */
  readonly value: unknown;
  readonly source: Source;
  /** One of {@linkcode RANK}. */
  readonly rank: number;
  /** What the user wrote to set it: `--port`, `PORT`, `port`. */
  readonly name: string;
  /** Where that is written, for messages: empty, or ` in "sluice.toml"`. */
  readonly where: string;
  /** The absolute folder that relative paths start from. */
  readonly folder: string;
  /** What to exit with when the value is wrong. */
  readonly exitCode: ExitCode;
}

/**
 * Validates a value that was found for an option.
 *
 * @returns The final value: milliseconds, bytes, absolute paths.
 * @throws {ExitError} With the code of the source, naming the option, the
 * value and what was expected.
 */
export function finalValue(option: Option<unknown>, found: Found<string>): unknown {
  const result = safeParse(option.schema, found.value, { abortEarly: true });
  if (result.success) return option.resolve(result.output, found.folder);
  const [issue] = result.issues;
  // In a list, show the one item that is wrong.
  const wrong = issue.path?.[0]?.value ?? found.value;
  throw new ExitError(
    `Cannot use ${found.name} ${quote(wrong)}${found.where}: ` +
      `expected ${issue.message}`,
    found.exitCode,
  );
}

/** The most characters of a wrong value that a message repeats. */
const MAX_QUOTED = 100;

/**
 * Quotes a value for a message of one line: control characters are escaped,
 * and what is very long is cut.
 */
export function quote(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= MAX_QUOTED
    ? text
    : `${text.slice(0, MAX_QUOTED)}... (${text.length} characters)`;
}
