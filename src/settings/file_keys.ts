/** The keys of a configuration file, or of a table in it. */
import { EXIT, ExitError } from "../base/exit.ts";
import { type Found, quote, RANK } from "./found.ts";
import { nearest } from "./nearest.ts";
import { kebab } from "./option.ts";
import { folderOf } from "./paths.ts";

/** Where keys stand. */
export interface Place {
  /** The absolute path of the file. */
  readonly path: string;
  /** For messages: ` in "sluice.toml"`, ` in upstreams.api of "sluice.toml"`. */
  readonly where: string;
  /** Says what is wrong with a key that is unknown here, and what was expected. */
  explain(name: string): Promise<string>;
}

/**
 * Finds options by their keys. Keys with the value null, and empty lists, count as not set.
 *
 * @param known The options that may be set here.
 * @throws {ExitError} 78 for an unknown key.
 */
export async function readKeys<K extends string>(
  entries: readonly (readonly [name: string, value: unknown])[],
  known: readonly K[],
  { path, where, explain }: Place,
): Promise<Map<K, Found<K>>> {
  const byName = new Map(known.map((key) => [kebab(key), key]));
  const found = new Map<K, Found<K>>();
  for (const [name, value] of entries) {
    const key = byName.get(name);
    if (key === undefined) throw wrongKey(name, where, await explain(name));
    if (value === null || Array.isArray(value) && value.length === 0) continue;
    found.set(key, {
      key,
      value,
      name,
      where,
      folder: folderOf(path),
      source: { from: "file", detail: path },
      rank: RANK.file,
      exitCode: EXIT.config,
    });
  }
  return found;
}

/** The error for a key, with what is wrong and what was expected. */
export function wrongKey(name: string, where: string, problem: string): ExitError {
  return new ExitError(`Cannot use ${quote(name)}${where}: ${problem}`, EXIT.config);
}

/** Says that a key is unknown, and which one was probably meant. */
export async function unknownKey(name: string, known: readonly string[]): Promise<string> {
  const hint = await nearest(name, known);
  return `unknown key, ${hint === null ? "see --help" : `did you mean ${quote(hint)}?`}`;
}
