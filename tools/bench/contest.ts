/** One load on many servers, and a table with a row for each. */
import { ExitError } from "../../src/base/exit.ts";
import { compare, type Comparison, type Context } from "./comparison.ts";
import { runPairs, type Slice } from "./pairs.ts";
import { HERE, type Server, sluice, startServer } from "./servers.ts";
import { median, print } from "./table.ts";

/** A comparison of Sluice with all others, of which some are the measure. */
export interface Contest extends Omit<Comparison, "rivals"> {
  readonly rivals: readonly Server[];
  /** What is compared. */
  readonly figure: "cpu" | "rate";
  readonly yardsticks: readonly Yardstick[];
}

/** A server that the others are compared with. */
export interface Yardstick {
  readonly server: Server;
  /** The head of its column. */
  readonly name: string;
  /** The target for the ratio of Sluice to it. */
  readonly aim: string;
}

/** The servers of a contest that can be measured, and those of which none could be started. */
export interface Starters {
  readonly servers: readonly Server[];
  readonly failed: readonly string[];
}

const NUMBER_WIDTH = 12;
const RATIO_WIDTH = 24;

/**
 * Loads all servers in turn, and prints what each takes, and its ratio to the yardsticks in the same
 * pair. With another checkout to compare with, it compares Sluice alone.
 *
 * @throws {Error} If a server does not start, after all others have been measured.
 */
export async function printContest(contest: Contest, context: Context): Promise<void> {
  const { title, options, rivals, load, slices, duration, warmup } = contest;
  if (context.against !== null) return await compare({ ...contest, rivals: [] }, context);
  const { pairs, extra } = context;
  print(`\n${title}`);
  const ours = sluice(HERE, [...options, ...extra], contest.env);
  const { servers, failed } = await startersOf([ours, ...rivals]);
  const contenders = servers.map((server) => ({ server, load }));
  const sums = await runPairs(contenders, { pairs, slices, duration, warmup });
  print(
    `  ${pairs} times new processes, ${slices} x ${duration} ms each, in turn, after ${warmup} ms ` +
      "to warm up",
  );
  printTable(contest, servers, sums);
  refuseFailed(failed);
}

/** Finds those that are installed, and tries to start each. Prints why others are left out. */
export async function startersOf(candidates: readonly Server[]): Promise<Starters> {
  const [servers, failed]: [Server[], string[]] = [[], []];
  for (const server of candidates) {
    const found = await server.find?.();
    if (found !== undefined && "reason" in found) {
      print(`  No ${server.name}: ${found.reason}`);
      continue;
    }
    try {
      await using _started = await startServer(server);
      servers.push(server);
    } catch (error) {
      if (!(error instanceof ExitError)) throw error;
      print(`  ${error.message}`);
      failed.push(server.name);
    }
  }
  return { servers, failed };
}

/** @throws {Error} If there are any. */
export function refuseFailed(failed: readonly string[]): void {
  if (failed.length > 0) throw new Error(`Cannot measure ${failed.join("; ")}`);
}

function printTable(
  { unit, figure, yardsticks }: Contest,
  servers: readonly Server[],
  sums: readonly (readonly Slice[])[],
): void {
  const present = yardsticks.filter(({ server }) => servers.includes(server));
  const heads = [`CPU us/${unit}`, `${unit}s/s`, "load's CPUs"].map((head) =>
    head.padStart(NUMBER_WIDTH + 4)
  );
  const columns = present.map(({ name }) => `${figure} / ${name}'s`.padStart(RATIO_WIDTH));
  print(`${[...heads, ...columns].join("")}  server`);
  const value = ({ cpu, units, seconds }: Slice) =>
    figure === "cpu" ? cpu / units : units / seconds;
  for (const [i, server] of servers.entries()) {
    const own = sums[i] ?? [];
    const cells = [
      median(own.map(({ cpu, units }) => cpu / units)).toFixed(1),
      median(own.map(({ units, seconds }) => units / seconds)).toFixed(0),
      median(own.map(({ client }) => client)).toFixed(2),
    ].map((cell) => cell.padStart(NUMBER_WIDTH + 4));
    const ratios = present.map((yardstick) => {
      const theirs = sums[servers.indexOf(yardstick.server)] ?? [];
      return ratioOf(own.map(value), theirs.map(value)).padStart(RATIO_WIDTH);
    });
    print(`${[...cells, ...ratios].join("")}  ${server.name}`);
  }
  for (const { name, aim } of present) print(`  Aim beside ${name}: ${aim}`);
}

/** The median of the ratios pair by pair, and their range. */
function ratioOf(as: readonly number[], bs: readonly number[]): string {
  const ratios = as.map((a, pair) => a / (bs[pair] ?? NaN));
  const range = `${Math.min(...ratios).toFixed(2)}..${Math.max(...ratios).toFixed(2)}`;
  return `${median(ratios).toFixed(2)} ${range}`;
}
