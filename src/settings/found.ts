/** Values as found in a source, and their validation. */
import { safeParse } from "valibot";
import { type ExitCode, ExitError } from "../base/exit.ts";
import { maskUrls } from "../base/masked_url.ts";
import type { Option } from "./option.ts";
import type { OptionKey } from "./options.ts";

/** Where the value of a setting comes from. */
export interface Source {
  readonly from: "flag" | "argument" | "environment" | "file" | "default";
  /**
   * The flag, the argument, the environment name or the path of the file. For a default, the
   * override that led to it; empty if there was none.
   */
  readonly detail: string;
}

/** The precedence of sources: the higher one wins. */
export const RANK = {
  flag: 4,
  environment: 3,
  /** Names that other programs share, such as PORT, yield to our own. */
  sharedEnvironment: 2,
  file: 1,
} as const;

/** A value as found in a source. */
export interface Found<K extends string = OptionKey> {
  readonly key: K;
  /** A string, a list of strings, or whatever a configuration file holds. */
  readonly value: unknown;
  readonly source: Source;
  /** One of {@linkcode RANK}. */
  readonly rank: number;
  /** The name in the source: `--port`, `PORT`, `port`; an argument has none, but its value. */
  readonly name: string;
  /** The place of the name, for messages: empty, or ` in "sluice.toml"`. */
  readonly where: string;
  /** The absolute folder that relative paths start from. */
  readonly folder: string;
  /** The exit code if the value is wrong. */
  readonly exitCode: ExitCode;
}

/**
 * Validates the value of an option.
 *
 * @returns The final value: milliseconds, bytes, absolute paths.
 * @throws {ExitError} If the value is wrong, with the source's code.
 */
export function finalValue(option: Option<unknown>, found: Found<string>): unknown {
  const result = safeParse(option.schema, found.value, { abortEarly: true });
  if (result.success) return option.resolve(result.output, found.folder);
  const [issue] = result.issues;
  // For a list, show the first wrong item.
  const wrong = issue.path?.[0]?.value ?? found.value;
  throw new ExitError(
    `Cannot use ${found.name} ${quote(option.secret ? masked(wrong) : wrong)}${found.where}: ` +
      `expected ${issue.message}`,
    found.exitCode,
  );
}

/** A wrong value of an option with secrets, which may be one in the wrong place. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  return typeof value === "string" ? maskUrls(value) : value;
}

/** Maximum length of a quoted value, in characters. */
const MAX_QUOTED = 100;

/** Quotes a value for a message: escapes control characters, and truncates long values. */
export function quote(value: unknown): string {
  // JSON has no infinity.
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  const text = json(value) ?? String(value);
  return text.length <= MAX_QUOTED
    ? text
    : `${text.slice(0, MAX_QUOTED)}... (${text.length} characters)`;
}

/** JSON; undefined if there is none. */
function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return "...";
  }
}
