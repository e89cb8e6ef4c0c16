import { EXIT, type ExitCode, ExitError } from "../base/exit.ts";
import { programArguments } from "../base/run_arguments.ts";
import type { Settings } from "../settings/options.ts";
import { inheritedVariables } from "./subject_process.ts";

/** What the program writes before a message. */
const PREFIX = /^\w+: /;

/**
 * Checks that a server can start in one of the modes at least, so that a mistake shows
 * before anything is measured.
 *
 * @param options Options of the server.
 * @throws {ExitError} What the server says otherwise in the first mode, with its exit code.
 * @throws The reason of the signal.
 */
export async function checkStart(
  modes: readonly Settings["mode"][],
  options: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  let first: ExitError | null = null;
  for (const mode of modes) {
    const failure = await check(mode, options, signal);
    signal.throwIfAborted();
    if (failure === null) return;
    first ??= failure;
  }
  if (first !== null) throw first;
}

async function check(
  mode: Settings["mode"],
  options: readonly string[],
  signal: AbortSignal,
): Promise<ExitError | null> {
  const { success, code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...programArguments(), "check", "--mode", mode, ...options],
    clearEnv: true,
    env: inheritedVariables(),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal,
  }).output();
  if (success) return null;
  const message = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  return new ExitError(message.replace(PREFIX, ""), exitCodeOf(code));
}

function exitCodeOf(code: number): ExitCode {
  return Object.values(EXIT).find((one) => one === code) ?? EXIT.software;
}
