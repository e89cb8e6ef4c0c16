/** The files that a command writes its results to. */
import { cannotWrite } from "../base/system_errors.ts";
import { writeText } from "../base/write_text.ts";
import { quote } from "../settings/found.ts";
import { STANDARD_OUTPUT } from "../settings/paths.ts";

/**
 * Opens a file for writing without changing it, so that a wrong path fails before
 * the measurement, not after it.
 *
 * @throws {ExitError} 77 if permission is denied, otherwise 73.
 */
export function checkWritable(path: string): void {
  if (path === STANDARD_OUTPUT) return;
  act(path, () => Deno.openSync(path, { append: true, create: true }).close());
}

/**
 * Writes a text to a file, or to standard output for `-`.
 *
 * @throws {ExitError} As {@linkcode checkWritable}.
 */
export function writeOutput(path: string, text: string): void {
  if (path === STANDARD_OUTPUT) writeText(Deno.stdout, text);
  else act(path, () => Deno.writeTextFileSync(path, text));
}

function act(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw cannotWrite(quote(path), error);
  }
}
