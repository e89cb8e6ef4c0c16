/** Finds the programs of peers on this machine. */
import { printable } from "../../base/printable.ts";

/** A program that works, or why there is none. */
export type Found =
  | { /** Its path. */ readonly program: string; readonly version: string }
  | { readonly reason: string };

/** What a program said; or why it cannot be used. */
export type Said = { readonly text: string } | { readonly reason: string };

/** Where servers are that Debian does not put on the PATH of those who are not root. */
const FOLDERS_OF_SERVERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
/** How long a program may take to say its version, in milliseconds. */
const LIMIT = 10_000;
/** The most characters of a complaint. */
const COMPLAINT_LIMIT = 200;

/**
 * Finds a program that says its version.
 *
 * @param name Of the program.
 * @param args With which it says its version.
 * @param version Picks the version out of what it says, as the first group.
 */
export async function findProgram(
  name: string,
  args: readonly string[],
  version: RegExp,
): Promise<Found> {
  const program = locate(name);
  if (program === null) return { reason: `${name} is not installed` };
  const said = await ask(name, [program, ...args]);
  if ("reason" in said) return said;
  const [, number] = version.exec(said.text) ?? [];
  if (number !== undefined) return { program, version: number };
  return { reason: `${name} says no version: ${firstLine(said.text)}` };
}

/**
 * The path of a program; null where it is not installed.
 *
 * @param path The folders to look into before those of servers, with colons between them.
 */
export function locate(name: string, path = Deno.env.get("PATH") ?? ""): string | null {
  const folders = [...path.split(":").filter((folder) => folder !== ""), ...FOLDERS_OF_SERVERS];
  return folders.map((folder) => `${folder}/${name}`).find(isProgram) ?? null;
}

/**
 * Runs a program to its end.
 *
 * @param name For the reason.
 * @param options Of the process.
 * @returns Both of its outputs, trimmed; a reason where it does not start, fails or does not end.
 */
export async function ask(
  name: string,
  [program, ...args]: readonly [program: string, ...args: string[]],
  options: Pick<Deno.CommandOptions, "cwd" | "env"> & { readonly limit?: number } = {},
): Promise<Said> {
  const { limit = LIMIT, ...others } = options;
  const signal = AbortSignal.timeout(limit);
  try {
    const command = new Deno.Command(program, { args, stdin: "null", signal, ...others });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    const text = `${decoder.decode(stdout)}\n${decoder.decode(stderr)}`.trim();
    if (signal.aborted) return { reason: `${name} does not end within ${limit / 1000} s` };
    return success ? { text } : { reason: `${name} does not work: ${firstLine(text)}` };
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
  return line === "" ? "it says nothing" : printable(line, COMPLAINT_LIMIT);
}
