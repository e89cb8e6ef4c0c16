import { formatDuration } from "../settings/units.ts";
import { formatBytes, formatFigure } from "./figures.ts";
import { hasOwn } from "./own_subject.ts";
import type { BenchOptions } from "./report.ts";

/** A fact about a report, such as `Workload` and `http`. */
export type Fact = readonly [name: string, value: string];

/** What was measured; the command that repeats it says the rest. */
export function loadFacts(options: BenchOptions): readonly Fact[] {
  const { handler, root, requests, rate, runs, message_bytes, server } = options;
  const isOwn = hasOwn(options);
  const facts: readonly Fact[] = [
    ["Workload", isOwn ? "" : options.workload],
    ["Handler", handler ?? ""],
    ["Folder", root ?? ""],
    ["Requests", requests.join(", ") || (isOwn ? "GET /" : "")],
    ["Messages", message_bytes > 0 ? `${formatBytes(message_bytes)} each` : ""],
    [
      "Load",
      rate === null
        ? "each request waits for the response before (closed model)"
        : `${formatFigure("rate", rate)}, whether the server keeps up or not (open model)`,
    ],
    [
      "Runs",
      `${runs} of ${formatDuration(options.duration_ms)}${runs === 1 ? "" : " each"}, after ` +
      `${formatDuration(options.warmup_ms)} of warm-up; seed ${options.seed}`,
    ],
    ["Options", server.join(" ")],
  ];
  return facts.filter(([, value]) => value !== "");
}
