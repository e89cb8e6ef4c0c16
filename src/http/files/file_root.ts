/**
 * File system calls are synchronous: each takes about 4 us of CPU time, against
 * 70 us for an asynchronous one, mostly for the way to another thread and back. The
 * price is that a hanging disk blocks the lane, as it blocks a worker of other file
 * servers.
 */
import { EXIT, ExitError } from "../../base/exit.ts";
import { isDenied } from "../../base/system_errors.ts";
import { isAbsent, tryFile } from "./file_errors.ts";

/** A regular file below a root. */
export interface FoundFile {
  /** The real path, with links resolved. */
  readonly path: string;
  /** Its metadata at that time. */
  readonly info: Deno.FileInfo;
}

/** What a path names: a file, a folder with an index but without a trailing slash, or nothing. */
export type Found = FoundFile | "folder" | null;

/** The file that is served for a folder. */
export const INDEX = "index.html";

/** A folder that files are served from. Links are followed if they stay inside it. */
export class FileRoot {
  readonly #path: string;
  #real = "";

  /** @param path Absolute. It may be a link that is later changed, for example to a new release. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Looks up a path. Pipes, sockets and devices count as missing, and are not opened.
   *
   * @param path From {@linkcode filePath}.
   * @throws {HttpError} 403 if permission is denied, 503 if no file descriptor is left.
   */
  find(path: string): Found {
    if (path.endsWith("/")) return this.#file(`${path}${INDEX}`);
    const found = this.#lookUp(path);
    if (found === null || found.info.isFile) return found;
    return found.info.isDirectory && this.#file(`${path}/${INDEX}`) !== null ? "folder" : null;
  }

  #file(path: string): FoundFile | null {
    const found = this.#lookUp(path);
    return found?.info.isFile ? found : null;
  }

  #lookUp(path: string): FoundFile | null {
    return tryFile(() => {
      const real = Deno.realPathSync(`${this.#path}${path}`);
      return this.#contains(real) ? { path: real, info: Deno.lstatSync(real) } : null;
    });
  }

  /** Resolves the root again only if the path is not below it: the link may have changed. */
  #contains(real: string): boolean {
    if (this.#real !== "" && isBelow(this.#real, real)) return true;
    this.#real = Deno.realPathSync(this.#path);
    return isBelow(this.#real, real);
  }
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/**
 * Checks that files can be served from a folder.
 *
 * @param root Absolute.
 * @throws {ExitError} 66 if there is no such folder, 77 if permission is denied.
 */
export function checkRoot(root: string): void {
  const cannot = `Cannot serve files from --root ${JSON.stringify(root)}`;
  try {
    if (Deno.statSync(root).isDirectory) {
      // Fails without permission to search the folder.
      Deno.statSync(`${root}/.`);
      return;
    }
  } catch (error) {
    if (isDenied(error)) throw new ExitError(`${cannot}: permission denied`, EXIT.noPermission);
    if (isAbsent(error)) throw new ExitError(`${cannot}: no such folder`, EXIT.noInput);
    throw error;
  }
  throw new ExitError(`${cannot}: it is not a folder`, EXIT.noInput);
}
