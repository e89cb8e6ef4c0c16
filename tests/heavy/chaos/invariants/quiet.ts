/** Quiet windows: when all clients are gone, everything is as it was. */
import { judgeRequests } from "../watch/access_watch.ts";
import type { Invariant } from "./violations.ts";
import { type Usage, usageOf } from "../server/process_tree.ts";
import type { Subject } from "../server/subject.ts";
import { find, pause } from "../waiting.ts";

/** Milliseconds in which connections must be given back, on a machine nobody else uses. */
const LEASES = 5000;
/** The same for lanes, descriptors, threads and processes. */
const REST = 15_000;
/** Descriptors that the runtime may open late, and threads that it keeps for blocking calls. */
const SLACK = { descriptors: 4, threads: 8 };
/** Quiet windows that memory is compared in, at the start and at the end. */
const SAMPLES = 3;
/** Bytes that memory may grow by: most of it is garbage that nobody has collected yet. */
const MEMORY_GROWTH = 100 * 1024 ** 2;

/** What a server used in its quiet windows; the first one is what it comes back to. */
export interface Baseline {
  readonly first: Usage;
  readonly all: Usage[];
}

/** Something that is not as it must be; null if all is well. */
type Check = (subject: Subject, baseline: Baseline | null) => string | null;

const CHECKS: Readonly<Partial<Record<Invariant, Check>>> = {
  lanes({ status, workers, hangs, setup: { mode } }) {
    const all = status.last?.lanes ?? [];
    const lanes = all.filter(({ state }) => state !== "hung");
    const isRight = lanes.every(({ state }) => state === "ready") &&
      (mode === "threaded" ? lanes.length >= workers : lanes.length === workers) &&
      // A thread that has hung is kept in the status: its end cannot be seen.
      all.length - lanes.length <= hangs;
    const found = all.map(({ lane, state, open }) => `${lane} ${state} (${open} open)`).join(
      ", ",
    );
    return isRight ? null : `expected ${workers} ready lanes, found ${found}`;
  },
  processes({ process, workers, setup: { mode } }) {
    const expected = 1 + (mode === "forked" ? workers : 0);
    const found = usageOf(process.pid)?.processes;
    return found === expected ? null : `${found} processes, expected ${expected}`;
  },
  descriptors({ process, status, world, setup: { mode } }, baseline) {
    const isThread = mode === "threaded" || mode === "pooled";
    const lanes = Math.max(0, ...status.last?.lanes.map(({ lane }) => lane + 1) ?? []);
    const lost = isThread ? world.lostPerThread * lanes : 0;
    return compare("descriptors", usageOf(process.pid), baseline, lost);
  },
  threads(subject, baseline) {
    // In this mode, the number of threads follows the load.
    if (subject.setup.mode === "threaded" && (subject.status.last?.lanes.length ?? 0) > 4) {
      return null;
    }
    return compare("threads", usageOf(subject.process.pid), baseline);
  },
};

function compare(
  name: "descriptors" | "threads",
  usage: Usage | null,
  baseline: Baseline | null,
  allowance = 0,
): string | null {
  if (usage === null) return `${name} cannot be read`;
  const limit = (baseline?.first[name] ?? Infinity) + SLACK[name] * usage.processes + allowance;
  if (usage[name] <= limit) return null;
  return `${usage[name]} ${name}, expected ${baseline?.first[name]} as in the first quiet window`;
}

/**
 * Checks a server without clients.
 *
 * @returns The baseline for the next time; null if the server is gone.
 */
export async function checkQuiet(
  subject: Subject,
  baseline: Baseline | null,
): Promise<Baseline | null> {
  const { world, status } = subject;
  await checkLeases(subject);
  const time = REST * world.slowness;
  for (const [name, check] of Object.entries(CHECKS)) {
    let problem: string | null = null;
    const isFine = await find(time, () => {
      problem = check(subject, baseline);
      return problem === null || !subject.process.isRunning ? true : null;
    });
    if (isFine === null) world.violations.add(name as Invariant, problem ?? "");
  }
  await find(LEASES * world.slowness, () => world.ledger.unlogged === 0 || null);
  // Records arrive in batches, and the status is written once a second.
  await pause(300);
  judgeRequests(world);
  world.judgeTroubles();
  subject.log.judgeErrors();
  status.read();
  const usage = subject.process.isRunning ? usageOf(subject.process.pid) : null;
  if (usage === null) return baseline;
  sayUsage(subject, usage);
  baseline?.all.push(usage);
  return baseline ?? { first: usage, all: [usage] };
}

/** Checks the growth of memory: the least in the end, and the most in the first third of the run. */
export function checkMemory({ world }: Subject, { all }: Baseline): void {
  const memory = all.map(({ memory }) => memory);
  if (memory.length < 2 * SAMPLES) return;
  // Some runtimes take most of their memory only in the first minutes.
  const first = Math.max(SAMPLES, Math.ceil(memory.length / 3));
  const before = Math.max(...memory.slice(0, first));
  const after = Math.min(...memory.slice(-SAMPLES));
  world.figures.add("memory before", before);
  world.figures.add("memory after", after);
  if (after - before <= MEMORY_GROWTH) return;
  world.violations.add("memory", `grew from ${mebibytes(before)} to ${mebibytes(after)} MB`);
}

async function checkLeases({ world, status, process, log }: Subject): Promise<void> {
  const open = () => status.last?.totals["open"] ?? 0;
  const time = LEASES * world.slowness;
  const since = Date.now();
  const isFresh = () => Date.parse(status.last?.time ?? "") > since;
  const found = await find(time, () => (isFresh() && open() === 0) || !process.isRunning || null);
  if (found !== null) return;
  const lanes = status.last?.lanes.filter(({ open }) => open > 0) ?? [];
  world.violations.add(
    "leases",
    `${open()} connections are open ${Math.round(time)} ms after all clients have left: ` +
      lanes.map(({ lane, state, open }) => `${open} of lane ${lane} (${state})`).join(", ") + "; " +
      [...log.open].filter(([id]) => lanes.some(({ lane }) => id.startsWith(`${lane}-`)))
        .map(([id, port]) => `${id}: ${world.visitorOf(port)}`).slice(0, 10).join(", "),
  );
}

function sayUsage({ world, status }: Subject, usage: Usage): void {
  const { descriptors, threads, processes } = usage;
  world.timeline.say(
    `quiet: ${mebibytes(usage.memory)} MB, ${descriptors} descriptors, ${threads} threads, ` +
      `${processes} processes, ${status.last?.totals["accepted"]} connections so far`,
  );
}

/** Bytes in MiB. */
export function mebibytes(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}
