/** The syntaxes of a configuration file: TOML, and JSON with comments. */
import { firstLine } from "../base/system_errors.ts";
import { quote } from "./found.ts";
import { findRepeatedKey } from "./json_keys.ts";

/** A syntax error: the message says what is wrong, `place` says where. */
export class SyntaxProblem extends Error {
  /** @param place A line and a column, as in `:2:8`; empty if unknown. */
  constructor(reason: string, readonly place: string) {
    super(reason);
  }
}

/**
 * Parses the text of a file.
 *
 * @throws {SyntaxProblem} If its syntax is wrong.
 */
export type Parser = (text: string) => Promise<Record<string, unknown>>;

/** The parser for a file, by its extension; null if there is none. */
export function parserFor(path: string): Parser | null {
  if (/\.jsonc?$/i.test(path)) return parseJson;
  if (/\.toml$/i.test(path)) return parseToml;
  return null;
}

async function parseToml(text: string): Promise<Record<string, unknown>> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw tooDeep(error);
    const reason = firstLine(error)
      .replace(/^Invalid TOML document: /, "")
      .replace(/^trying to redefine an already defined.*/, "a key is set twice");
    throw new SyntaxProblem(reason, `:${error.line}:${error.column}`);
  }
}

async function parseJson(text: string): Promise<Record<string, unknown>> {
  const value = await parseJsonValue(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxProblem("expected an object", "");
  }
  const repeated = findRepeatedKey(text);
  if (repeated !== null) {
    const { key, position } = repeated;
    throw new SyntaxProblem(`${quote(key)} is set twice`, placeOf(text, position));
  }
  return value as Record<string, unknown>;
}

/**
 * Parses JSON with comments.
 *
 * @throws {SyntaxProblem} If its syntax is wrong.
 */
export async function parseJsonValue(text: string): Promise<unknown> {
  const module = await import("@std/jsonc");
  const parse: (text: string) => unknown = module.parse;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw tooDeep(error);
    const reason = firstLine(error).replace(/^Cannot parse JSONC: /, "");
    const position = / in JSONC at position (\d+)/.exec(reason);
    if (position === null) throw new SyntaxProblem(reason, "");
    throw new SyntaxProblem(reason.replace(position[0], ""), placeOf(text, Number(position[1])));
  }
}

/** The error for a document in which a parser has exhausted its stack. */
function tooDeep(error: unknown): unknown {
  return error instanceof RangeError ? new SyntaxProblem("it is nested too deeply", "") : error;
}

function placeOf(text: string, position: number): string {
  const lines = text.slice(0, position).split("\n");
  return `:${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
}
