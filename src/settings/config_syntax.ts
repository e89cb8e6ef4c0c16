/** The syntaxes of a configuration file: TOML, and JSON with comments. */
import { firstLine } from "../base/system_errors.ts";

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
  const module = await import("@std/toml");
  const parse: (text: string) => Record<string, unknown> = module.parse;
  try {
    return parse(text);
  } catch (error) {
    const message = firstLine(error);
    const [, line, column, reason = message] = /line (\d+), column (\d+): (.*)/.exec(message) ?? [];
    const place = line === undefined ? "" : `:${line}:${Number(column) + 1}`;
    throw new SyntaxProblem(reason, place);
  }
}

async function parseJson(text: string): Promise<Record<string, unknown>> {
  const module = await import("@std/jsonc");
  const parse: (text: string) => unknown = module.parse;
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const reason = firstLine(error).replace(/^Cannot parse JSONC: /, "");
    const position = / in JSONC at position (\d+)/.exec(reason);
    if (position === null) throw new SyntaxProblem(reason, "");
    throw new SyntaxProblem(reason.replace(position[0], ""), placeOf(text, Number(position[1])));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxProblem("expected an object", "");
  }
  return value as Record<string, unknown>;
}

function placeOf(text: string, position: number): string {
  const lines = text.slice(0, position).split("\n");
  return `:${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
}
