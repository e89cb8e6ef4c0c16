/** `sluice bench`: measures the modes, and recommends one for the workload. */
import { EXIT } from "../base/exit.ts";
import { writeText } from "../base/write_text.ts";
import { bench } from "../bench/bench.ts";
import { formatFigure } from "../bench/figures.ts";
import type { BenchReport, Run } from "../bench/report.ts";
import { textReport } from "../bench/text_report.ts";
import type { Step, Watcher } from "../bench/trials.ts";
import type { BenchSettings } from "../settings/bench_options.ts";
import { STANDARD_OUTPUT } from "../settings/paths.ts";
import { INTERRUPTED, interruptible } from "./interruptible.ts";
import { checkWritable, writeOutput } from "./output_file.ts";
import type { WatchSignals } from "./signals.ts";
import { ProgressLine } from "./progress_line.ts";

/** The width of the report when standard output is not a terminal, in columns. */
const WIDTH = 120;

/**
 * Runs the command. A signal ends the run early and reports what finished; a second
 * one ends it at once.
 *
 * @param serverArguments The arguments after `--`, for the servers.
 * @returns The exit code.
 * @throws {ExitError} If nothing can be measured, or the report cannot be written.
 */
export async function runBench(
  settings: BenchSettings,
  serverArguments: readonly string[],
  watchSignals: WatchSignals,
): Promise<number> {
  for (const path of [settings.json, settings.html]) if (path !== null) checkWritable(path);
  return await interruptible(watchSignals, (signal) => measure(settings, serverArguments, signal));
}

async function measure(
  settings: BenchSettings,
  serverArguments: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const line = new ProgressLine();
  let report: BenchReport;
  try {
    report = await bench(settings, serverArguments, watcher(line), signal);
  } finally {
    line.clear();
  }
  if (report.cases.length > 0) await publish(report, settings);
  else line.print("Interrupted before a run finished");
  return signal.aborted ? INTERRUPTED : EXIT.ok;
}

async function publish(report: BenchReport, { json, html }: BenchSettings): Promise<void> {
  if (json !== null) await writeOutput(json, `${JSON.stringify(report, null, 2)}\n`);
  if (html !== null) {
    const { htmlReport } = await import("../bench/html/html_report.ts");
    await writeOutput(html, htmlReport(report));
  }
  // Nothing may follow the JSON on standard output.
  if (json === STANDARD_OUTPUT) return;
  const isTerminal = Deno.stdout.isTerminal();
  writeText(
    Deno.stdout,
    textReport(report, isTerminal ? Deno.consoleSize().columns : WIDTH, isTerminal),
  );
}

function watcher(line: ProgressLine): Watcher {
  const place = ({ number, count, name, connections }: Step) =>
    `[${number}/${count}] ${name}, ${connections} connections`;
  return {
    onStep: (step) => line.show(`${place(step)}: starting`),
    onProgress(step, { phase, requests, elapsed }) {
      const what = {
        opening: "opening connections",
        warmup: "warming up",
        measuring: elapsed > 0 ? formatFigure("rate", requests / (elapsed / 1000)) : "measuring",
        finishing: "finishing",
      }[phase];
      line.show(`${place(step)}: ${what}`);
    },
    onRun: (step, run) => line.print(`${place(step)}: ${outcome(run)}`),
    onFailure: (_name, reason) => line.print(reason),
  };
}

function outcome({ figures: { rate, p99_ms: p99 }, limited }: Run): string {
  if (rate === null || limited !== null) return `withheld: ${limited}`;
  return p99 === null
    ? formatFigure("rate", rate)
    : `${formatFigure("rate", rate)}, p99 ${formatFigure("p99_ms", p99)}`;
}
