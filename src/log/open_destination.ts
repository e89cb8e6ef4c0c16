import { cannotWrite } from "../base/system_errors.ts";
import type { Destination } from "./destination.ts";
import type { Rotation } from "./log_file.ts";

/**
 * Opens the file of a log, or standard output.
 *
 * @param log The log, as named in messages: "log", "access log".
 * @param flag The option that names the file.
 * @param path The file; null for standard output.
 * @throws {ExitError} 73 if the file cannot be opened, 77 if permission is denied.
 */
export async function openDestination(
  log: string,
  flag: string,
  path: string | null,
  rotation: Rotation,
): Promise<Destination> {
  if (path === null) return standardOutput(`the ${log} to standard output`);
  // Loaded only by servers that log to a file.
  const { openLogFile } = await import("./log_file.ts");
  const name = `the ${log} file ${path}`;
  try {
    return await openLogFile(name, path, rotation);
  } catch (error) {
    throw cannotWrite(name, error, `choose another ${flag}`);
  }
}

function standardOutput(name: string): Destination {
  return {
    name,
    write: (bytes) => Deno.stdout.write(bytes),
    ...(Deno.stdout.isTerminal() ? { writeNow: (bytes) => Deno.stdout.writeSync(bytes) } : {}),
    reopen: () => Promise.resolve(),
    close() {},
  };
}
