import { ChildProcess } from "../base/child_process.ts";
import { programArguments } from "../base/run_arguments.ts";
import { EXIT, type ExitCode, ExitError } from "../base/exit.ts";
import type { LoadPlan, LoadProgress, LoadResult } from "./load.ts";
import { LOAD_ARGUMENT, type LoadOrder, type LoadReport } from "./messages.ts";
import type { NullServerPlan } from "./null_server.ts";

/**
 * Runs a load in a process of its own.
 *
 * @param percentiles The percentiles of the latency curve.
 * @param onProgress Called at the start of each phase, and several times per second.
 * @param signal Kills the process.
 * @throws {ExitError} As `Generator`, or if the process fails.
 * @throws The reason of the signal.
 */
export async function runLoad(
  plan: LoadPlan,
  percentiles: readonly number[],
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<LoadResult> {
  await using load = new LoadProcess({ type: "load", plan, percentiles }, onProgress);
  using _abort = onAbort(signal, () => load.kill());
  const report = await load.result;
  signal.throwIfAborted();
  if (report?.type === "finished") return report.result;
  throw failure(report);
}

/**
 * Starts a null server; disposing ends it.
 *
 * @throws {ExitError} If it cannot be started.
 */
export async function startNullServer(
  plan: NullServerPlan,
): Promise<AsyncDisposable & { readonly port: number }> {
  const server = new LoadProcess({ type: "null-server", plan }, () => {});
  const report = await server.result;
  if (report?.type === "listening") {
    return { port: report.port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }
  await server[Symbol.asyncDispose]();
  throw failure(report);
}

/** This program again, as a process that carries out one order; disposing kills it. */
class LoadProcess implements AsyncDisposable {
  /** What it reports when it is done, or listens; null if it ends without a report. */
  readonly result: Promise<Exclude<LoadReport, { type: "progress" }> | null>;
  readonly #child: ChildProcess<LoadOrder, LoadReport>;

  constructor(order: LoadOrder, onProgress: (progress: LoadProgress) => void) {
    const reported = Promise.withResolvers<Exclude<LoadReport, { type: "progress" }> | null>();
    this.#child = new ChildProcess([...programArguments(), LOAD_ARGUMENT], (report) => {
      if (report.type === "progress") onProgress(report);
      else reported.resolve(report);
    });
    this.result = reported.promise;
    void this.#child.outputRead.then(() => reported.resolve(null));
    this.#child.send(order);
  }

  kill(): void {
    this.#child.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child.finish(0);
    await this.#child.outputRead;
  }
}

function failure(report: LoadReport | null): ExitError {
  if (report?.type === "failed") return new ExitError(report.message, report.exitCode as ExitCode);
  return new ExitError("Cannot generate load: the load process ended", EXIT.software);
}

function onAbort(signal: AbortSignal, act: () => void): Disposable {
  signal.addEventListener("abort", act);
  if (signal.aborted) act();
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", act) };
}
