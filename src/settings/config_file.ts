/** Settings from a configuration file. */
import { EXIT, type ExitCode, ExitError } from "../base/exit.ts";
import { cannotRead } from "../base/system_errors.ts";
import { type Found, quote, RANK } from "./found.ts";
import { nearest } from "./nearest.ts";
import { kebab, OPTION_KEYS, type OptionKey, optionOf } from "./options.ts";
import { folderOf } from "./paths.ts";

/** Reads a text file; fails as `Deno.readTextFile` does. */
export type ReadFile = (path: string) => Promise<string>;

/** A configuration file that was named. */
export interface ConfigFile {
  /** The absolute path. */
  readonly path: string;
  /** What named it, `--config` or `SLUICE_CONFIG`, and the path as written. */
  readonly name: string;
  readonly written: string;
  /** What to exit with when the name itself is wrong. */
  readonly exitCode: ExitCode;
}

/**
 * Finds the settings of a configuration file, TOML or JSON by its extension.
 * Keys with the value null, and empty lists, count as not set.
 *
 * @throws {ExitError} 66 when there is no such file, 77 when it may not be
 * read, 78 when its syntax or a key is wrong, the code of `file` when its
 * extension is unknown.
 */
export async function readConfigFile(
  file: ConfigFile,
  readFile: ReadFile,
): Promise<Map<OptionKey, Found>> {
  const parse = parserOf(file);
  const text = await read(file, readFile);
  const known = new Map(OPTION_KEYS.map((key) => [kebab(key), key]));
  const where = ` in ${quote(file.written)}`;
  const found = new Map<OptionKey, Found>();
  for (const [name, value] of Object.entries(await parse(text, file))) {
    const key = known.get(name);
    if (key === undefined) throw await unknownKey(name, where, [...known]);
    if (!optionOf(key).inFile) {
      throw new ExitError(
        `Cannot use ${quote(name)}${where}: a configuration file ` +
          `cannot name another, expected --${name} on the command line`,
        EXIT.config,
      );
    }
    if (value === null || Array.isArray(value) && value.length === 0) continue;
    found.set(key, {
      key,
      value,
      name,
      where,
      folder: folderOf(file.path),
      source: { from: "file", detail: file.path },
      rank: RANK.file,
      exitCode: EXIT.config,
    });
  }
  return found;
}

type Parser = (
  text: string,
  file: ConfigFile,
) => Promise<Record<string, unknown>>;

function parserOf(file: ConfigFile): Parser {
  if (/\.jsonc?$/i.test(file.path)) return parseJson;
  if (/\.toml$/i.test(file.path)) return parseToml;
  throw new ExitError(
    `Cannot use ${file.name} ${quote(file.written)}: ` +
      "expected a file that ends in .toml, .json or .jsonc",
    file.exitCode,
  );
}

async function read(file: ConfigFile, readFile: ReadFile): Promise<string> {
  try {
    return await readFile(file.path);
  } catch (error) {
    throw cannotRead(`${file.name} ${quote(file.written)}`, error);
  }
}

// Both parsers are loaded when they are needed: most starts have no file.

async function parseToml(text: string, file: ConfigFile) {
  const module = await import("@std/toml");
  const parse: (text: string) => Record<string, unknown> = module.parse;
  try {
    return parse(text);
  } catch (error) {
    const [, line, column, reason] = /line (\d+), column (\d+): (.*)/.exec(firstLine(error)) ?? [];
    throw syntaxError(
      file,
      reason ?? firstLine(error),
      line === undefined ? "" : `:${line}:${Number(column) + 1}`,
    );
  }
}

async function parseJson(text: string, file: ConfigFile) {
  const module = await import("@std/jsonc");
  const parse: (text: string) => unknown = module.parse;
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const reason = firstLine(error).replace(/^Cannot parse JSONC: /, "");
    const position = / in JSONC at position (\d+)/.exec(reason);
    throw syntaxError(
      file,
      reason.replace(position?.[0] ?? "", ""),
      position === null ? "" : placeOf(text, Number(position[1])),
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw syntaxError(file, "expected an object", "");
  }
  return value as Record<string, unknown>;
}

function syntaxError(file: ConfigFile, reason: string, place: string) {
  return new ExitError(
    `Cannot read ${file.name} ${quote(file.written + place)}: ${reason}`,
    EXIT.config,
  );
}

function placeOf(text: string, position: number): string {
  const lines = text.slice(0, position).split("\n");
  return `:${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
}

async function unknownKey(
  name: string,
  where: string,
  known: readonly (readonly [string, OptionKey])[],
): Promise<ExitError> {
  const keys = known.map(([key]) => key).filter((key) => key !== "config");
  const hint = await nearest(name, keys);
  return new ExitError(
    `Cannot use ${quote(name)}${where}: unknown key, ` +
      (hint === null ? "see --help" : `did you mean ${quote(hint)}?`),
    EXIT.config,
  );
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? "";
}
