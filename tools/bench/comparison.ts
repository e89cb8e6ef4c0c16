import {
  type Both,
  type Contender,
  type Load,
  runPairs,
  type Schedule,
  type Slice,
} from "./pairs.ts";
import { HERE, sluice } from "./servers.ts";
import { print, printFigures, printHead, printRow } from "./table.ts";

/** The settings of the command line, for every comparison. */
export interface Context {
  /** How often the servers are started and compared. */
  readonly pairs: number;
  /** The folder of a checkout to compare this one with; null for the usual rivals. */
  readonly against: string | null;
  /** More options for Sluice, in both checkouts. */
  readonly extra: readonly string[];
}

/** What Sluice is compared with: another server, or Sluice with other options or another load. */
export interface Rival extends Partial<Contender> {
  readonly options?: readonly string[];
  /** Added to the name of the server. */
  readonly note?: string;
  /** The target for the ratio of CPU times. */
  readonly cpuAim?: string;
  /** The target for the ratio of rates. */
  readonly rateAim?: string;
}

/** A comparison of Sluice with rivals. */
export interface Comparison extends Omit<Schedule, "pairs"> {
  readonly title: string;
  /** What is counted, such as `request`. */
  readonly unit: string;
  /** Options of Sluice. */
  readonly options: readonly string[];
  /** Its environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly load: Load;
  readonly rivals: readonly Rival[];
}

/** Compares Sluice with its rivals, or with another checkout of itself, and prints a table. */
export async function compare(comparison: Comparison, context: Context): Promise<void> {
  const { title, unit, load, env } = comparison;
  const { pairs, against, extra } = context;
  print(`\n${title}`);
  const options = [...comparison.options, ...extra];
  const ours = { server: sluice(HERE, options, env), load };
  const rivals = against === null
    ? await findRivals(comparison, extra)
    : [{ server: sluice(against, options, env), load }];
  if (rivals.length === 0) return;
  const [own = [], ...others] = await runPairs([ours, ...rivals], { ...comparison, pairs });
  for (const [i, rival] of rivals.entries()) {
    printHead([ours.server, rival.server], pairs, scheduleOf(comparison));
    printSlices([own, others[i] ?? []], unit, rival);
  }
}

function scheduleOf({ slices, duration, warmup }: Comparison): string {
  return `${slices} x ${duration} ms each, in turn, after ${warmup} ms to warm up`;
}

/** The rivals that are installed. */
async function findRivals(
  { load, options, env, rivals }: Comparison,
  extra: readonly string[],
): Promise<(Contender & Rival)[]> {
  const contenders = [];
  for (const { note = "", ...rival } of rivals) {
    const server = rival.server ?? sluice(HERE, [...rival.options ?? options, ...extra], env);
    const found = await server.find?.();
    if (found !== undefined && "reason" in found) print(`  No ${server.name}: ${found.reason}`);
    else contenders.push({ load, ...rival, server: { ...server, name: `${server.name}${note}` } });
  }
  return contenders;
}

function printSlices(
  [ours, theirs]: readonly [readonly Slice[], readonly Slice[]],
  unit: string,
  { cpuAim, rateAim }: Rival,
): void {
  const both = (figure: (slice: Slice) => number): Both => [ours.map(figure), theirs.map(figure)];
  printRow(`CPU us/${unit}`, both(({ cpu, units }) => cpu / units), 2, cpuAim);
  printRow(`${unit}s/s`, both(({ units, seconds }) => units / seconds), 0, rateAim);
  printFigures("CPUs of the load generator", both(({ client }) => client));
}
