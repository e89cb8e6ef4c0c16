/**
 * The system is asked synchronously: an answer takes about 4 us of a processor,
 * and one that is waited for 70, most of it to reach another thread and back. The
 * price is that a disk which does not answer holds up the lane, as it does a
 * worker of other file servers.
 */
import { EXIT, ExitError } from "../../base/exit.ts";
import { isDenied } from "../../base/system_errors.ts";
import { askSystem, isAbsent } from "./file_errors.ts";

/** A regular file of a root. */
export interface FoundFile {
  /** The real path, without links. */
  readonly path: string;
  /** What the system said of it. */
  readonly info: Deno.FileInfo;
}

/** What a path names: a file, a folder with an index that was named without its slash, or nothing. */
export type Found = FoundFile | "folder" | null;

/** The file that a folder is answered with. */
export const INDEX = "index.html";

/** A folder that files are served of; links are followed as long as they stay in it. */
export class FileRoot {
  readonly #path: string;
  #real = "";

  /** @param path Absolute. It may be a link that is changed later, to another release. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Finds what a path names. Pipes, sockets and devices are nothing, and are not opened.
   *
   * @param path As {@linkcode filePath} makes it.
   * @throws {HttpError} 403 if permission is refused.
   */
  find(path: string): Found {
    if (path.endsWith("/")) return this.#file(`${path}${INDEX}`);
    const found = this.#look(path);
    if (found === null || found.info.isFile) return found;
    return found.info.isDirectory && this.#file(`${path}/${INDEX}`) !== null ? "folder" : null;
  }

  #file(path: string): FoundFile | null {
    const found = this.#look(path);
    return found?.info.isFile ? found : null;
  }

  #look(path: string): FoundFile | null {
    return askSystem(() => {
      const real = Deno.realPathSync(`${this.#path}${path}`);
      return this.#contains(real) ? { path: real, info: Deno.lstatSync(real) } : null;
    });
  }

  /** Asks where the root is only when the path is not where it was: it may have moved. */
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
 * Checks that files of a folder can be served.
 *
 * @param root Absolute.
 * @throws {ExitError} 66 if there is no such folder, 77 if it may not be looked into.
 */
export function checkRoot(root: string): void {
  const cannot = `Cannot serve files of --root ${JSON.stringify(root)}`;
  try {
    if (Deno.statSync(root).isDirectory) {
      // What is in it can be reached only with permission to search it.
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
