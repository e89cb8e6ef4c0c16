/** Path functions without `node:path`, which takes longer to load than reading all settings. */

/** The "path" of standard output. */
export const STANDARD_OUTPUT = "-";

const ABSOLUTE = /^(?:[/\\]|[a-z]:[/\\])/i;

/**
 * Makes a path absolute.
 *
 * @param folder The absolute folder that a relative path starts from.
 * @param path The path as written.
 */
export function resolvePath(folder: string, path: string): string {
  if (ABSOLUTE.test(path)) return path;
  const rest = path.replace(/^(?:\.\/+)+/, "");
  return rest === "." || rest === "" ? folder : `${folder.replace(/\/+$/, "")}/${rest}`;
}

/** The folder of a file, given the file's absolute path. */
export function folderOf(path: string): string {
  return path.replace(/[/\\][^/\\]*$/, "") || "/";
}
