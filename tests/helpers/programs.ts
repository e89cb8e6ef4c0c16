/**
 * Places programs for tests to run. The kernel runs no file that anyone has open for writing, and
 * a child that another test is just starting has copies of all descriptors of this process until
 * it executes its own program: so this process must not write them itself.
 */

import { runTool } from "./tools.ts";

/** Copies a program. */
export async function copyProgram(from: string, to: string): Promise<void> {
  await run("cp", from, to);
}

/** Writes a script that everybody may run. */
export async function writeScript(path: string, text: string): Promise<void> {
  await run("sh", "-ec", 'printf %s "$2" >"$1"; chmod 755 "$1"', "sh", path, text);
}

async function run(command: string, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runTool(command, args);
  if (code !== 0) throw new Error(`${command} failed: ${stderr}`);
}
