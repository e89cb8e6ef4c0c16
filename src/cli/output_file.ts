/** Files that a command writes its result into. */
import { cannotWrite } from "../base/system_errors.ts";
import { quote } from "../settings/found.ts";
import { STANDARD_OUTPUT } from "../settings/paths.ts";
import { writeText } from "../base/write_text.ts";

/**
 * Opens a file for writing, and leaves it as it is: so that a mistake in its name
 * is found before the work, not after it.
 *
 * @throws {ExitError} 73 when it cannot be written, 77 when it may not be.
 */
export function checkWritable(path: string): void {
  if (path === STANDARD_OUTPUT) return;
  act(path, () => Deno.openSync(path, { append: true, create: true }).close());
}

/**
 * Writes a file, or standard output.
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
