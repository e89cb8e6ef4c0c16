/** Settings from a configuration file. */
import { EXIT, type ExitCode, ExitError } from "../base/exit.ts";
import { parserFor, SyntaxProblem } from "./config_syntax.ts";
import { type FileTables, readTables, TABLE_NAMES } from "./config_tables.ts";
import { readKeys, unknownKey } from "./file_keys.ts";
import { type Found, quote } from "./found.ts";
import { kebab, OPTION_KEYS, type OptionKey, optionOf } from "./options.ts";
import { bindRoutes } from "./routes.ts";

/**
 * Reads a text file, named in messages as given.
 *
 * @throws {ExitError} If it cannot be read.
 */
export type ReadFile = (path: string, file: string) => Promise<string>;

/** A configuration file named by the user. */
export interface ConfigFile {
  /** The absolute path. */
  readonly path: string;
  /** The setting that names it: `--config` or `SLUICE_CONFIG`. */
  readonly name: string;
  /** The path as written. */
  readonly written: string;
  /** The exit code if its extension is unknown. */
  readonly exitCode: ExitCode;
}

/** What a configuration file sets. */
export interface FileContents {
  /** Its `bind` has the addresses of routes, too. */
  readonly options: ReadonlyMap<OptionKey, Found>;
  readonly tables: FileTables;
}

/** The key with which editors find the JSON Schema of a file. */
export const SCHEMA_KEY = "$schema";

/**
 * Finds the settings in a configuration file, TOML or JSON by its extension.
 * Keys with the value null, and empty lists, count as not set.
 *
 * @throws {ExitError} 66 if there is no such file, 77 if permission is denied, 78 if
 * its syntax, a key or a value in a table is wrong, `file.exitCode` if its extension is
 * unknown.
 */
export async function readConfigFile(file: ConfigFile, readFile: ReadFile): Promise<FileContents> {
  const entries = Object.entries(await parse(file, readFile));
  const isTable = (name: string) => (TABLE_NAMES as readonly string[]).includes(name);
  const allowed = OPTION_KEYS.filter((key) => optionOf(key).inFile);
  const names = [...allowed.map(kebab), ...TABLE_NAMES];
  const options = await readKeys(
    entries.filter(([name]) => name !== SCHEMA_KEY && !isTable(name)),
    allowed,
    {
      path: file.path,
      where: ` in ${quote(file.written)}`,
      // Of all options, only those that a file cannot set are unknown here.
      explain: async (name) =>
        OPTION_KEYS.map(kebab).includes(name) ? misplaced(name) : await unknownKey(name, names),
    },
  );
  const tables = await readTables(new Map(entries), file);
  bindRoutes(options, tables.routes);
  return { options, tables };
}

function misplaced(name: string): string {
  return `a configuration file cannot name another, expected --${name} on the command line`;
}

async function parse(file: ConfigFile, readFile: ReadFile): Promise<Record<string, unknown>> {
  const { name, written } = file;
  const parser = parserFor(file.path);
  if (parser === null) {
    throw new ExitError(
      `Cannot use ${name} ${quote(written)}: expected a file that ends in .toml, .json or .jsonc`,
      file.exitCode,
    );
  }
  const text = await readFile(file.path, `${name} ${quote(written)}`);
  try {
    return await parser(text);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    const { message, place } = error;
    throw new ExitError(`Cannot read ${name} ${quote(written + place)}: ${message}`, EXIT.config);
  }
}
