/**
 * Runs a program, and waits until it exits.
 *
 * @param limit Milliseconds after which it is killed.
 * @param env Added to the environment.
 * @returns Whether it succeeded, and its stdout and stderr.
 */
export async function run(
  program: string,
  args: readonly string[],
  limit: number,
  env: Readonly<Record<string, string>> = {},
): Promise<{ ok: boolean; output: string }> {
  const signal = AbortSignal.timeout(limit);
  const command = new Deno.Command(program, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    signal,
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  const output = `${decoder.decode(stdout)}${decoder.decode(stderr)}`.trim();
  return {
    ok: success,
    output: signal.aborted ? `${output}\nKilled after ${limit / 1000} s` : output,
  };
}
