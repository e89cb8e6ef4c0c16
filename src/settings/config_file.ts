/** Settings from a configuration file. */
import { EXIT, type ExitCode, ExitError } from "../base/exit.ts";
import { parserFor, SyntaxProblem } from "./config_syntax.ts";
import { type Found, quote, RANK } from "./found.ts";
import { nearest } from "./nearest.ts";
import { kebab, OPTION_KEYS, type OptionKey, optionOf } from "./options.ts";
import { folderOf } from "./paths.ts";

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

/**
 * Finds the settings in a configuration file, TOML or JSON by its extension.
 * Keys with the value null, and empty lists, count as not set.
 *
 * @throws {ExitError} 66 if there is no such file, 77 if permission is denied, 78 if
 * its syntax or a key is wrong, `file.exitCode` if its extension is unknown.
 */
export async function readConfigFile(
  file: ConfigFile,
  readFile: ReadFile,
): Promise<Map<OptionKey, Found>> {
  const known = new Map(OPTION_KEYS.map((key) => [kebab(key), key]));
  const where = ` in ${quote(file.written)}`;
  const found = new Map<OptionKey, Found>();
  for (const [name, value] of Object.entries(await parse(file, readFile))) {
    const key = known.get(name);
    if (key === undefined) throw await unknownKey(name, where, [...known.keys()]);
    if (!optionOf(key).inFile) throw misplacedKey(name, where);
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

function misplacedKey(name: string, where: string): ExitError {
  return new ExitError(
    `Cannot use ${quote(name)}${where}: a configuration file cannot name another, ` +
      `expected --${name} on the command line`,
    EXIT.config,
  );
}

async function unknownKey(
  name: string,
  where: string,
  known: readonly string[],
): Promise<ExitError> {
  const hint = await nearest(name, known.filter((key) => key !== "config"));
  return new ExitError(
    `Cannot use ${quote(name)}${where}: unknown key, ` +
      (hint === null ? "see --help" : `did you mean ${quote(hint)}?`),
    EXIT.config,
  );
}
