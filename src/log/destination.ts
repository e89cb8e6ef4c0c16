import { cannotWrite } from "../base/system_errors.ts";
import type { Rotation } from "./log_file.ts";
import type { Destination } from "./line_writer.ts";

/** Standard output as the destination of a log. */
export function standardOutput(log: string): Destination {
  return {
    name: `the ${log} to standard output`,
    write: (bytes) => Deno.stdout.write(bytes),
    reopen: () => Promise.resolve(),
    close() {},
  };
}

/**
 * Opens a file of a log.
 *
 * @param log What it is, for messages: "log", "access log".
 * @param flag Names it on the command line.
 * @throws {ExitError} 73 when the file cannot be opened, 77 when that is not permitted.
 */
export async function openDestination(
  log: string,
  flag: string,
  path: string,
  rotation: Rotation,
): Promise<Destination> {
  // Only those who log to a file load it.
  const { openLogFile } = await import("./log_file.ts");
  const name = `the ${log} file ${path}`;
  try {
    return await openLogFile(name, path, rotation);
  } catch (error) {
    throw cannotWrite(name, error, `choose another ${flag}`);
  }
}
