import { delimiter, join } from "node:path";
import { EXIT, ExitError } from "../base/exit.ts";
import type { Settings } from "../settings/options.ts";

/**
 * Checks that the program of `--alert-command` is there. Otherwise that would be noticed only when
 * there is something to tell.
 *
 * @throws {ExitError} 66 if it is not, 77 if it cannot be executed.
 */
export async function checkAlertCommand(
  { alertCommand }: Pick<Settings, "alertCommand">,
): Promise<void> {
  const [program = ""] = alertCommand?.trim().split(/\s+/) ?? [];
  if (program === "") return;
  const folders = program.includes("/") ? [""] : Deno.env.get("PATH")?.split(delimiter) ?? [];
  const found = await Promise.all(folders.map((folder) => isProgram(join(folder, program))));
  if (found.includes(true)) return;
  const name = `Cannot use --alert-command "${program}"`;
  if (found.includes(false)) {
    throw new ExitError(`${name}: it is not executable, expected a program`, EXIT.noPermission);
  }
  const where = program.includes("/") ? "no such file" : "no such program in PATH";
  throw new ExitError(`${name}: ${where}, expected a program`, EXIT.noInput);
}

/** Whether a path is that of a file that may be executed; null if there is no file. */
async function isProgram(path: string): Promise<boolean | null> {
  const found = await Deno.stat(path).catch(() => null);
  if (found === null || !found.isFile) return null;
  // Windows has no such bits.
  return found.mode === null || (found.mode & 0o111) !== 0;
}
