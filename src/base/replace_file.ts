/** Files written whole or not at all, so that no reader sees half of one. */

/** Who may read a file unless it is told. */
const MODE = 0o644;

/**
 * Writes a draft beside the file and renames it into place. That replaces a link, not
 * what it leads to, and never a pipe, a device or a socket.
 *
 * @param mode The permissions of the file, as in chmod(2).
 * @throws {Error} The system's error, or what cannot be replaced. The file is
 * unchanged, and the draft removed.
 */
export async function replaceFile(path: string, text: string, mode = MODE): Promise<void> {
  checkReplaceable(await Deno.lstat(path).catch(() => null));
  const [usual, other] = draftsOf(path);
  await remove(usual);
  try {
    await replaceBy(usual, path, text, mode);
  } catch (error) {
    if (!isTaken(error)) throw error;
    await replaceBy(other, path, text, mode);
  }
}

/** {@linkcode replaceFile}, synchronously. */
export function replaceFileSync(path: string, text: string, mode = MODE): void {
  checkReplaceable(lstatSync(path));
  const [usual, other] = draftsOf(path);
  removeSync(usual);
  try {
    replaceBySync(usual, path, text, mode);
  } catch (error) {
    if (!isTaken(error)) throw error;
    replaceBySync(other, path, text, mode);
  }
}

/**
 * The usual name of a draft, under which a process that crashed may have left one with
 * the same id, and one that nobody can foresee: others may keep the usual one taken in
 * a folder that they may write to.
 */
function draftsOf(path: string): [string, string] {
  return [`${path}.${Deno.pid}.new`, `${path}.${crypto.randomUUID()}.new`];
}

/** Creating a draft never overwrites a file or follows a link. */
function draftOptions(mode: number): Deno.WriteFileOptions {
  return { createNew: true, mode };
}

function isTaken(error: unknown): boolean {
  return error instanceof Deno.errors.AlreadyExists;
}

async function replaceBy(
  draft: string,
  path: string,
  text: string,
  mode: number,
): Promise<void> {
  try {
    await Deno.writeTextFile(draft, text, draftOptions(mode));
    await Deno.rename(draft, path);
  } catch (error) {
    if (!isTaken(error)) await remove(draft);
    throw error;
  }
}

function replaceBySync(draft: string, path: string, text: string, mode: number): void {
  try {
    Deno.writeTextFileSync(draft, text, draftOptions(mode));
    Deno.renameSync(draft, path);
  } catch (error) {
    if (!isTaken(error)) removeSync(draft);
    throw error;
  }
}

/** @param found What is there; null for nothing. */
function checkReplaceable(found: Deno.FileInfo | null): void {
  // A rename reports a folder itself.
  if (found === null || found.isFile || found.isSymlink || found.isDirectory) return;
  throw new Error("found a pipe, a device or a socket, expected a file");
}

function lstatSync(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch {
    // There is none, or it cannot be examined: writing says why.
    return null;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    // Usually there is none. If it cannot be removed, another name is taken.
  }
}

function removeSync(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // As in remove().
  }
}
