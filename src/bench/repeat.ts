import { shellLine } from "../base/shell_words.ts";
import { formatDuration } from "../settings/units.ts";
import { hasOwn, ownFlags } from "./own_subject.ts";
import type { BenchOptions } from "./report.ts";

/** The command that measures the same again. */
export function repeatCommand(options: BenchOptions, program: string): string {
  const own = [
    ...hasOwn(options) ? ownFlags(options) : ["--workload", options.workload],
    ...options.requests.flatMap((path) => ["--request", path]),
  ];
  const flags = [
    ...own,
    ...["--connections", options.connections.join()],
    ...options.rate === null ? [] : ["--rate", String(options.rate)],
    ...options.message_bytes === 0 ? [] : ["--message-size", String(options.message_bytes)],
    ...["--duration", formatDuration(options.duration_ms)],
    ...["--warmup", formatDuration(options.warmup_ms)],
    ...["--runs", String(options.runs), "--seed", String(options.seed)],
    ...["--modes", options.modes.join(), "--workers", options.workers.join()],
    ...options.peers ? ["--peers"] : [],
    ...options.server.length === 0 ? [] : ["--", ...options.server],
  ];
  return shellLine([program, "bench", ...flags]);
}
