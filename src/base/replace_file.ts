/** Files written whole or not at all, so that no reader sees half of one. */

/** A draft is never an existing file, nor written through a link to one. */
const DRAFT: Deno.WriteFileOptions = { createNew: true, mode: 0o644 };

/**
 * Writes a draft beside the file and renames it into place.
 *
 * @throws {Error} The system's error; the file is as it was, and the draft is gone.
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

/** Like {@linkcode replaceFile}, before it returns. */
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

/** Named after this process; one that crashed under the same number may have left its draft. */
function draftOf(path: string): string {
  return `${path}.${Deno.pid}.new`;
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch {
    // Mostly it is not there. If it cannot be removed, writing fails and says why.
  }
}

function removeSync(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // As in remove().
  }
}
