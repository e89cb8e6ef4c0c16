/** Finds the programs of peers on this machine. */
import { printable } from "../../base/printable.ts";

/** A program that works, or why there is none. */
export type Found =
  | { /** Its path. */ readonly program: string; readonly version: string }
  | { readonly reason: string };

/** What a program wrote, or why it failed. */
export type Output = { readonly text: string } | { readonly reason: string };

/** Where Debian installs servers, which is not on the PATH of ordinary users. */
const SERVER_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
/** Milliseconds in which a program must print its version: a wrapper may take seconds on a busy machine. */
const LIMIT = 60_000;
/** The most characters of an error message. */
const MAX_MESSAGE = 200;

/**
 * Finds a program that prints its version.
 *
 * @param args Make it print its version.
 * @param version Matches the output, with the version as its first group.
 */
export async function findProgram(
  name: string,
  args: readonly string[],
  version: RegExp,
): Promise<Found> {
  const program = locate(name);
  if (program === null) return { reason: `${name} is not installed` };
  const output = await ask(name, [program, ...args]);
  if ("reason" in output) return output;
  const [, number] = version.exec(output.text) ?? [];
  if (number !== undefined) return { program, version: number };
  return { reason: `${name} prints no version: ${firstLine(output.text)}` };
}

/**
 * The path of a program; null if it is not installed.
 *
 * @param path Folders to search before those of servers, separated by colons.
 */
export function locate(name: string, path = Deno.env.get("PATH") ?? ""): string | null {
  const folders = [...path.split(":").filter((folder) => folder !== ""), ...SERVER_FOLDERS];
  return folders.map((folder) => `${folder}/${name}`).find(isProgram) ?? null;
}

/**
 * Runs a program to its end.
 *
 * @param name The program, for the reason of a failure.
 * @returns Its standard output and error, trimmed; a reason if it does not start, fails, or does
 * not end in time.
 */
export async function ask(
  name: string,
  [program, ...args]: readonly [program: string, ...args: string[]],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> & { readonly limit?: number } = {},
): Promise<Output> {
  const { limit = LIMIT, ...others } = options;
  const signal = AbortSignal.timeout(limit);
  try {
    const command = new Deno.Command(program, { args, stdin: "null", signal, ...others });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    const text = `${decoder.decode(stdout)}\n${decoder.decode(stderr)}`.trim();
    if (signal.aborted) return { reason: `${name} does not end within ${limit / 1000} s` };
    return success ? { text } : { reason: `${name} fails: ${firstLine(text)}` };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { reason: `${name} does not start: ${firstLine(error.message)}` };
  }
}

function isProgram(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}

function firstLine(text: string): string {
  const [line = ""] = text.split("\n");
  return line === "" ? "no output" : printable(line, MAX_MESSAGE);
}
