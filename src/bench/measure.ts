/** One run: one load on one server. */
import { delay } from "@std/async/delay";
import { EXIT, ExitError } from "../base/exit.ts";
import { generatorLoad, limitOf } from "../load/ceiling.ts";
import type { LoadPlan, LoadProgress, LoadResult } from "../load/load.ts";
import { runLoad } from "../load/load_process.ts";
import { unanswered } from "../load/unanswered.ts";
import type { Status } from "../ops/status/status.ts";
import { type Candidate, STATUS_FILE } from "./candidate.ts";
import { PERCENTILES, type Run } from "./report.ts";
import { freePort, startSubject } from "./subject_process.ts";
import { type Usage, UsageMonitor } from "./usage_monitor.ts";

/** Milliseconds to wait for the status file, which is written once per second. */
const STATUS_LIMIT = 3000;
const STATUS_PERIOD = 50;

/**
 * Starts a server, loads it, and kills it.
 *
 * @param plan Its port is ignored.
 * @param ceiling Requests per second that the load generator can send.
 * @throws {ExitError} If the server cannot be started or reached, ends under the load, or fails
 * every request.
 * @throws The reason of the signal.
 */
export async function measure(
  candidate: Candidate,
  plan: LoadPlan,
  ceiling: number,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<Run> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-bench-" });
  try {
    const port = freePort();
    const launch = await candidate.prepare({ port, folder, connections: plan.connections });
    await using server = await startSubject(candidate.subject.name, launch, port, signal);
    using monitor = new UsageMonitor(server.pid);
    const rest = monitor.peakMemory;
    let [before, after]: Usage[] = [];
    const result = await runLoad({ ...plan, port }, PERCENTILES, (progress) => {
      if (progress.phase === "measuring") before ??= monitor.sample();
      if (progress.phase === "finishing") after ??= monitor.sample();
      onProgress(progress);
    }, signal);
    server.check();
    const found = unanswered(result);
    if (found !== null) {
      throw new ExitError(`Cannot measure ${candidate.subject.name}: ${found}`, EXIT.unavailable);
    }
    if (before === undefined || after === undefined) throw new Error("The load had no phases");
    const generator = generatorLoad(result, ceiling);
    const limited = limitOf(generator);
    return {
      figures: {
        ...loadFigures(limited === null ? result : null),
        ...usageFigures(before, after, result.requests),
        errors: Object.values(result.errors).reduce((sum, count) => sum + count, 0),
        rest_bytes: rest,
        peak_bytes: monitor.peakMemory,
        threads: monitor.peakThreads,
        balance: candidate.hasWorkers ? await readBalance(folder, signal) : null,
      },
      errors: result.errors,
      curve: limited === null ? result.latency?.curve ?? [] : [],
      generator,
      limited,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Throughput and latency; null if the load generator was the limit. */
function loadFigures(result: LoadResult | null) {
  const latency = result?.latency;
  return {
    rate: result === null ? null : result.requests / result.seconds,
    bytes_per_s: result === null ? null : result.bytes_in / result.seconds,
    p50_ms: latency?.p50 ?? null,
    p90_ms: latency?.p90 ?? null,
    p99_ms: latency?.p99 ?? null,
    p999_ms: latency?.p999 ?? null,
    max_ms: latency?.max ?? null,
  };
}

/** What a request costs; null without requests. */
function usageFigures(before: Usage, after: Usage, requests: number) {
  const perRequest = (sum: number) => requests === 0 ? null : sum / requests;
  return {
    user_us: perRequest(after.cpu.user - before.cpu.user),
    system_us: perRequest(after.cpu.system - before.cpu.system),
    switches: perRequest(after.switches - before.switches),
  };
}

/** The traffic of the least busy worker as a share of that of the busiest; null if it is not known. */
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

/** The status of the server; null if it has ended. */
async function readStatus(folder: string): Promise<Status | null> {
  try {
    return JSON.parse(await Deno.readTextFile(`${folder}/${STATUS_FILE}`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
