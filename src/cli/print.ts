import { EXIT } from "../base/exit.ts";
import { writeText } from "../base/write_text.ts";

/**
 * Writes the result of a command to standard output.
 *
 * @returns The exit code.
 */
export function print(text: string): number {
  writeText(Deno.stdout, text);
  return EXIT.ok;
}
