/** Files written whole or not at all, so that no reader sees half of one. */

/** Creating a draft never overwrites a file or follows a link. */
const DRAFT: Deno.WriteFileOptions = { createNew: true, mode: 0o644 };

/**
 * Writes a draft beside the file and renames it into place.
 *
 * @throws {Error} The system's error. The file is unchanged, and the draft removed.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = draftOf(path);
  await remove(draft);
  try {
    await Deno.writeTextFile(draft, text, DRAFT);
    await Deno.rename(draft, path);
  } catch (error) {
    await remove(draft);
    throw error;
  }
}

/** {@linkcode replaceFile}, synchronously. */
export function replaceFileSync(path: string, text: string): void {
  const draft = draftOf(path);
  removeSync(draft);
  try {
    Deno.writeTextFileSync(draft, text, DRAFT);
    Deno.renameSync(draft, path);
  } catch (error) {
    removeSync(draft);
    throw error;
  }
}

/** Contains the process id. A process that crashed may have left a draft under the same id. */
function draftOf(path: string): string {
  return `${path}.${Deno.pid}.new`;
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    // Usually there is none. If it cannot be removed, writing fails and says why.
  }
}

function removeSync(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // As in remove().
  }
}
