/** What the server under test can do, and how fast the machine is. */

/** Milliseconds of the probe on a machine that nobody else uses. */
const USUAL = 450;
const MOST = 6;

/** What a probe has found. */
export interface Probe {
  /** How much slower the machine is than usual, at least 1. */
  readonly slowness: number;
  readonly hasStartTimeout: boolean;
  /** How many descriptors the runtime loses with each thread that ends. */
  readonly lostPerThread: number;
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
    lostPerThread: await lostPerThread([program, ...args]),
  };
}

/** Deno 2.7, in the executable, leaks two descriptors with each thread that ends. */
async function lostPerThread([program = "", ...args]: readonly string[]): Promise<number> {
  const command = new Deno.Command(program, { args: [...args, "--version"], stdin: "null" });
  const { stdout } = await command.output();
  return /Deno 2\.7\./i.test(new TextDecoder().decode(stdout)) ? 2 : 0;
}
