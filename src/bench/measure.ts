/** One measurement of one server. */
import { delay } from "@std/async/delay";
import { generatorLoad, limitOf } from "../load/ceiling.ts";
import type { LoadPlan, LoadProgress, LoadResult } from "../load/load.ts";
import { runLoad } from "../load/load_process.ts";
import type { Status } from "../ops/status.ts";
import { Account, type Usage } from "./account.ts";
import { type Candidate, STATUS_FILE } from "./candidate.ts";
import { PERCENTILES, type Run } from "./report.ts";
import { freePort, startSubject } from "./subject_process.ts";

/** How long the status file is waited for, in milliseconds; it is written once a second. */
const STATUS_LIMIT = 3000;
const STATUS_PERIOD = 50;

/**
 * Starts a server, loads it, and ends it.
 *
 * @param plan Its port does not count.
 * @param ceiling Requests a second that the load generator can do.
 * @throws {ExitError} When the server cannot be started or reached, or ends under the load.
 * @throws The reason of the signal.
 */
export async function measure(
  candidate: Candidate,
  plan: LoadPlan,
  ceiling: number,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<Run> {
  const { subject } = candidate;
  const folder = await Deno.makeTempDir({ prefix: "sluice-bench-" });
  try {
    const port = freePort();
    const launch = await candidate.prepare({ port, folder, connections: plan.connections });
    await using server = await startSubject(subject.name, launch, port, signal);
    using account = new Account(server.pid);
    const rest = account.peakMemory;
    let [before, after]: Usage[] = [];
    const result = await runLoad({ ...plan, port }, PERCENTILES, (progress) => {
      if (progress.phase === "measuring") before ??= account.look();
      if (progress.phase === "finishing") after ??= account.look();
      onProgress(progress);
    }, signal);
    server.check();
    if (before === undefined || after === undefined) throw new Error("The load has no phases");
    const balance = candidate.hasWorkers ? await readBalance(folder, signal) : null;
    return runOf(result, before, after, account, { rest, balance, ceiling });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function runOf(
  result: LoadResult,
  before: Usage,
  after: Usage,
  { peakMemory, peakThreads }: Account,
  { rest, balance, ceiling }: { rest: number; balance: number | null; ceiling: number },
): Run {
  const { seconds, requests, latency } = result;
  const generator = generatorLoad(result, ceiling);
  const limited = limitOf(generator);
  const isShown = limited === null;
  const shown = (value: number | undefined) => isShown ? value ?? null : null;
  const perRequest = (sum: number) => requests === 0 ? null : sum / requests;
  return {
    figures: {
      rate: shown(requests / seconds),
      bytes_per_s: shown(result.bytes_in / seconds),
      p50_ms: shown(latency?.p50),
      p90_ms: shown(latency?.p90),
      p99_ms: shown(latency?.p99),
      p999_ms: shown(latency?.p999),
      max_ms: shown(latency?.max),
      errors: Object.values(result.errors).reduce((sum, count) => sum + count, 0),
      user_us: perRequest(after.cpu.user - before.cpu.user),
      system_us: perRequest(after.cpu.system - before.cpu.system),
      rest_bytes: rest,
      peak_bytes: peakMemory,
      threads: peakThreads,
      switches: perRequest(after.switches - before.switches),
      balance,
    },
    errors: result.errors,
    curve: isShown ? latency?.curve ?? [] : [],
    generator,
    limited,
  };
}

/**
 * What the worker that received least did, as a share of the one that received
 * most; null where the server does not say.
 */
async function readBalance(folder: string, signal: AbortSignal): Promise<number | null> {
  const start = Date.now();
  for (; Date.now() < start + STATUS_LIMIT; await delay(STATUS_PERIOD)) {
    signal.throwIfAborted();
    const status = await readStatus(folder);
    if (status === null) return null;
    if (Date.parse(status.time) < start) continue;
    const lanes = status.lanes.filter(({ state }) => state === "ready");
    const shares = lanes.map((lane) => lane.bytes_in);
    const most = Math.max(...shares);
    return most > 0 ? Math.min(...shares) / most : null;
  }
  return null;
}

/** The status of the server; null of one that has ended. */
async function readStatus(folder: string): Promise<Status | null> {
  try {
    return JSON.parse(await Deno.readTextFile(`${folder}/${STATUS_FILE}`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
