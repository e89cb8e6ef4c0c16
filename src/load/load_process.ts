import { EXIT, type ExitCode, ExitError } from "../base/exit.ts";
import { encodeMessage, readMessages } from "../base/pipe.ts";
import { programArguments } from "../places/process.ts";
import type { LoadPlan, LoadProgress, LoadResult } from "./load.ts";
import { LOAD_ARGUMENT, type LoadOrder, type LoadReport } from "./messages.ts";
import type { MirrorPlan } from "./mirror.ts";

/**
 * Runs a load in a process of its own.
 *
 * @param percentiles Those of the curve of latencies.
 * @param onProgress Called when a phase begins, and some times a second.
 * @param signal Kills the process.
 * @throws {ExitError} As `Generator` does, or when the process fails.
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
 * Starts a mirror; disposing ends it.
 *
 * @throws {ExitError} When it cannot be started.
 */
export async function startMirror(
  plan: MirrorPlan,
): Promise<AsyncDisposable & { readonly port: number }> {
  const mirror = new LoadProcess({ type: "mirror", plan }, () => {});
  const report = await mirror.result;
  if (report?.type === "listening") {
    return { port: report.port, [Symbol.asyncDispose]: () => mirror[Symbol.asyncDispose]() };
  }
  await mirror[Symbol.asyncDispose]();
  throw failure(report);
}

/** This program again, as a process that does one order. */
class LoadProcess implements AsyncDisposable {
  /** What it says when it is done, or when it listens; null when it ends without a word. */
  readonly result: Promise<Exclude<LoadReport, { type: "progress" }> | null>;
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  constructor(order: LoadOrder, onProgress: (progress: LoadProgress) => void) {
    const word = crypto.randomUUID();
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...programArguments(), LOAD_ARGUMENT, word],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const said = Promise.withResolvers<Exclude<LoadReport, { type: "progress" }> | null>();
    this.result = said.promise;
    const receive = (report: LoadReport) => {
      if (report.type === "progress") onProgress(report);
      else said.resolve(report);
    };
    this.#reading = readMessages<LoadReport>(this.#child.stdout, receive, () => {}, word)
      .then(() => said.resolve(null));
    // It reads to the end of its orders, which is when this one is disposed of.
    this.#orders = this.#child.stdin.getWriter();
    this.#orders.write(new TextEncoder().encode(encodeMessage(order, word))).catch(() => {});
    this.#orders.closed.catch(() => {});
  }

  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch { // It is gone already.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#orders.close().catch(() => {});
    this.kill();
    await Promise.all([this.#child.status, this.#reading]);
  }
}

function failure(report: LoadReport | null): ExitError {
  if (report?.type === "failed") return new ExitError(report.message, report.exitCode as ExitCode);
  return new ExitError("Cannot generate load: the process for it ended", EXIT.software);
}

function onAbort(signal: AbortSignal, act: () => void): Disposable {
  signal.addEventListener("abort", act);
  if (signal.aborted) act();
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", act) };
}
