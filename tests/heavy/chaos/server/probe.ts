/** What the server under test can do, and how fast the machine is. */

/** Milliseconds of the probe on a machine that nobody else uses. */
const USUAL = 450;
const MOST = 6;

/** What a probe has found. */
export interface Probe {
  /** How much slower the machine is than usual, at least 1. */
  readonly slowness: number;
  readonly hasStartTimeout: boolean;
}

/** Asks the server for its help. */
export async function probe([program = "", ...args]: readonly string[]): Promise<Probe> {
  const started = performance.now();
  const command = new Deno.Command(program, { args: [...args, "serve", "--help"], stdin: "null" });
  const { stdout, success, stderr } = await command.output();
  if (!success) throw new Error(`Cannot run the server: ${new TextDecoder().decode(stderr)}`);
  const took = performance.now() - started;
  return {
    slowness: Math.min(MOST, Math.max(1, took / USUAL)),
    hasStartTimeout: new TextDecoder().decode(stdout).includes("--start-timeout"),
  };
}
