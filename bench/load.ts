import { delay } from "@std/async/delay";
import { watchOthers } from "./others.ts";
import { cpuOfClients, type Target } from "./target.ts";
import { within } from "./within.ts";

/** What keeps a server busy. */
export interface Load extends Disposable {
  readonly target: Target;
  /** Keeps it busy for so many milliseconds; how many units of work it has done. */
  run(duration: number): Promise<number>;
}

/** What one unit of work costs. */
export interface Cost {
  /** CPU time of the server, in microseconds. */
  readonly cpu: number;
  /** Units a second. */
  readonly rate: number;
  /** Processors that the clients kept busy, on average. */
  readonly client: number;
  /** Processors that were busy with other work, on average. */
  readonly others: number;
}

/** What the server may still have to do when a slice is over has this long, in milliseconds. */
const SETTLE_MS = 20;
/** How much longer than it was asked to a load may take, in milliseconds. */
const PATIENCE = 15_000;

/**
 * Loads servers in turn, a slice each, so that a machine whose speed drifts
 * troubles all alike.
 *
 * @param duration Of one slice, in milliseconds.
 * @returns What was found of each slice, a list for each load.
 */
export async function inSlices(
  loads: readonly Load[],
  slices: number,
  duration: number,
): Promise<Cost[][]> {
  const found: Cost[][] = loads.map(() => []);
  for (let slice = 0; slice < slices; slice++) {
    for (const [i, load] of loads.entries()) found[i]?.push(await runSlice(load, duration));
  }
  return found;
}

/** Loads servers in turn, a slice each, and throws away what was found. */
export async function warmUp(loads: readonly Load[], duration: number): Promise<void> {
  await inSlices(loads, 1, duration);
}

/** The cost over all slices, which last about as long as each other. */
export function overall(slices: readonly Cost[]): Cost {
  const rates = slices.reduce((sum, { rate }) => sum + rate, 0);
  const cpu = slices.reduce((sum, slice) => sum + slice.cpu * slice.rate, 0) / rates;
  const others = slices.reduce((sum, slice) => sum + slice.others, 0) / slices.length;
  const client = slices.reduce((sum, slice) => sum + slice.client, 0) / slices.length;
  return { cpu, rate: rates / slices.length, client, others };
}

async function runSlice({ target, run }: Load, duration: number): Promise<Cost> {
  const others = watchOthers();
  const cpu = target.cpu();
  const client = cpuOfClients();
  const start = performance.now();
  const units = await within(duration + PATIENCE, "a slice of load", run(duration));
  const seconds = (performance.now() - start) / 1000;
  const busy = (cpuOfClients() - client) / 1_000_000 / seconds;
  await delay(SETTLE_MS);
  return {
    cpu: (target.cpu() - cpu) / units,
    rate: units / seconds,
    client: busy,
    others: others(),
  };
}
