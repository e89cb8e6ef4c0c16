/** The files that a command writes its results to. */
import { cannotWrite } from "../base/system_errors.ts";
import { writeText } from "../base/write_text.ts";
import { quote } from "../settings/found.ts";
import { STANDARD_OUTPUT } from "../settings/paths.ts";

/**
 * Opens a file for writing without changing it, so that a wrong path fails before
 * the measurement, not after it. A pipe is left alone: its reader would take the end
 * of this for the end of the results.
 *
 * @throws {ExitError} 77 if permission is denied, otherwise 73.
 */
export function checkWritable(path: string): void {
  if (path === STANDARD_OUTPUT || isPipe(path)) return;
  try {
    Deno.openSync(path, { append: true, create: true }).close();
  } catch (error) {
    throw cannotWrite(quote(path), error);
  }
}

/**
 * Writes a text to a file, or to standard output for `-`. Waits for the reader of a
 * pipe.
 *
 * @throws {ExitError} As {@linkcode checkWritable}.
 */
export async function writeOutput(path: string, text: string): Promise<void> {
  if (path === STANDARD_OUTPUT) return writeText(Deno.stdout, text);
  try {
    await Deno.writeTextFile(path, text);
  } catch (error) {
    throw cannotWrite(quote(path), error);
  }
}

function isPipe(path: string): boolean {
  try {
    return Deno.statSync(path).isFifo === true;
  } catch {
    // There is none, or it cannot be examined: opening it says why.
    return false;
  }
}
