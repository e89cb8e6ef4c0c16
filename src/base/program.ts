/** Whether the program runs from a bundle of its modules instead of from its source. */
export const IS_BUNDLE = import.meta.url.endsWith(".js");

/** The folder of the main module: a bundle has what its modules share there, too. */
const ROOT = new URL(IS_BUNDLE ? "." : "../..", import.meta.url).href;

/** The URL of the folder that all modules of the program but the main one are in or below. */
export const PROGRAM_FOLDER = IS_BUNDLE ? ROOT : new URL("src/", ROOT).href;

/** The URL of the main module. A bundle may have been loaded before another main module. */
export const MAIN = urlOf("main");

/** The URL of the module that handlers import as "sluice". */
export const OWN_MODULE = urlOf("src/mod");

/**
 * The folders of modules that nothing imports, by the end of their names: those of threads and
 * processes. A bundle or an executable has to be told of them.
 */
export const ENTRY_FOLDERS = ["src/places", "src/ops/admin", "src/ops/alerts"] as const;

/**
 * The URL of an entry module.
 *
 * @param name Its file name without the extension.
 * @param folder One of {@linkcode ENTRY_FOLDERS}.
 */
export function entryUrl(
  name: `${string}_entry`,
  folder: typeof ENTRY_FOLDERS[number] = "src/places",
): string {
  return urlOf(`${folder}/${name}`);
}

function urlOf(module: string): string {
  return new URL(`${module}.${IS_BUNDLE ? "js" : "ts"}`, ROOT).href;
}
