/** `sluice load`: sends requests to a running server, and reports how it responds. */
import { EXIT, ExitError } from "../base/exit.ts";
import { writeText } from "../base/write_text.ts";
import { formatFigure } from "../bench/figures.ts";
import { PERCENTILES } from "../bench/report.ts";
import { type GeneratorLoad, generatorLoad, limitOf, measureCeiling } from "../load/ceiling.ts";
import { Generator } from "../load/generator.ts";
import type { LoadPlan, LoadProgress, LoadResult } from "../load/load.ts";
import { planTarget } from "../load/target.ts";
import { failuresText, unanswered } from "../load/unanswered.ts";
import { quote } from "../settings/found.ts";
import type { LoadSettings } from "../settings/load_options.ts";
import { STANDARD_OUTPUT } from "../settings/paths.ts";
import { INTERRUPTED, interruptible } from "./interruptible.ts";
import { checkWritable, writeOutput } from "./output_file.ts";
import type { WatchSignals } from "./signals.ts";
import { ProgressLine } from "./progress_line.ts";

/**
 * Runs the command. A signal ends the run early and reports what was measured.
 *
 * @param url As the user typed it.
 * @returns The exit code.
 * @throws {ExitError} 64 if the URL is wrong, 69 if its server does not respond, or if no
 * request succeeds, after the report; others as `readRequestFiles`.
 */
export async function runLoad(
  url: string,
  settings: LoadSettings,
  watchSignals: WatchSignals,
): Promise<number> {
  if (settings.json !== null) checkWritable(settings.json);
  const plan = await planTarget(url, settings);
  return await interruptible(watchSignals, (signal) => load(url, plan, settings, signal));
}

async function load(
  url: string,
  plan: LoadPlan,
  settings: LoadSettings,
  signal: AbortSignal,
): Promise<number> {
  const line = new ProgressLine();
  const generator = new Generator(plan, (progress) => line.show(progressText(progress)));
  signal.addEventListener("abort", () => generator.stop());
  try {
    line.show("Measuring the load generator itself");
    const ceiling = await measureCeiling(plan, () => {}, signal);
    const result = await generator.run(PERCENTILES);
    line.clear();
    await publish(url, plan, result, ceiling, settings);
    if (!signal.aborted) checkAnswered(url, result);
  } catch (error) {
    if (!signal.aborted) throw error;
    line.print("Interrupted before anything was measured");
  } finally {
    line.clear();
  }
  return signal.aborted ? INTERRUPTED : EXIT.ok;
}

async function publish(
  url: string,
  plan: LoadPlan,
  result: LoadResult,
  ceiling: number,
  { json }: LoadSettings,
): Promise<void> {
  const generator = generatorLoad(result, ceiling);
  const limited = limitOf(generator);
  const shown = limited === null ? result : { ...result, requests: null, latency: null };
  if (json !== null) {
    const data = { url, ...shown, generator, ceiling, limited, percentiles: PERCENTILES };
    await writeOutput(json, `${JSON.stringify(data, null, 2)}\n`);
  }
  // Nothing may follow the JSON on standard output.
  if (json === STANDARD_OUTPUT) return;
  writeText(Deno.stdout, loadText(url, plan, result, { generator, ceiling, limited }));
}

/** @throws {ExitError} If requests failed, and none succeeded. */
function checkAnswered(url: string, result: LoadResult): void {
  const found = unanswered(result);
  if (found !== null) throw new ExitError(`Cannot load ${quote(url)}: ${found}`, EXIT.unavailable);
}

function progressText({ phase, requests, errors, elapsed }: LoadProgress): string {
  if (phase !== "measuring" || elapsed <= 0) return phase;
  const rate = formatFigure("rate", requests / (elapsed / 1000));
  const failures = failuresText(errors);
  const failed = failures === "" ? "" : `; failed: ${failures}`;
  return `${Math.round(elapsed / 1000)} s: ${rate}${failed}`;
}

/** The figures, one per line. */
function loadText(
  url: string,
  { connections, rate }: LoadPlan,
  { seconds, requests, bytes_in, errors, latency }: LoadResult,
  { generator, ceiling, limited }: {
    readonly generator: GeneratorLoad;
    readonly ceiling: number;
    readonly limited: string | null;
  },
): string {
  const model = rate === null ? "each request after the previous response" : `${rate}/s`;
  const figures: (readonly [string, string])[] = limited === null
    ? [
      ["Requests", formatFigure("rate", requests / seconds)],
      ["Received", formatFigure("bytes_per_s", bytes_in / seconds)],
      ...latency === null ? [] : [
        ["p50", formatFigure("p50_ms", latency.p50)],
        ["p90", formatFigure("p90_ms", latency.p90)],
        ["p99", formatFigure("p99_ms", latency.p99)],
        ["p99.9", formatFigure("p999_ms", latency.p999)],
        ["max", formatFigure("max_ms", latency.max)],
      ] as const,
    ]
    : [["Withheld", limited]];
  const lines = [
    ["Load", `${url}, ${connections} connections, ${model}, ${seconds.toFixed(1)} s`] as const,
    ...figures,
    ["Errors", failuresText(errors) || "none"] as const,
    [
      "Generator",
      `${formatFigure("balance", generator.of_ceiling)} of its ceiling of ` +
      `${formatFigure("rate", ceiling)}; ran ${formatFigure("balance", generator.busy)} of the ` +
      `time, waited for a processor ${formatFigure("balance", generator.waiting)}`,
    ] as const,
  ];
  const width = Math.max(...lines.map(([title]) => title.length)) + 1;
  return lines.map(([title, text]) => `${`${title}:`.padEnd(width)} ${text}\n`).join("");
}
