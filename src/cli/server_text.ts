/** Parts of a status that concern the whole server, as text for people. */
import { printable } from "../base/printable.ts";
import { LEVELS } from "../log/level.ts";
import type { DependencyStatus } from "../ops/dependencies/dependency_status.ts";
import type { Status } from "../ops/status/status.ts";
import { wrap } from "./help_layout.ts";
import { MAX_TEXT } from "./max_text.ts";
import { count, millisecondsText, percent, shortDuration } from "./short_figures.ts";

/** The refusals, by reason; older servers do not write those. */
export function refusedText({ refused, refused_by }: Status["totals"]): string {
  const reasons = Object.entries(refused_by).filter(([, number]) => number > 0)
    .map(([reason, number]) => `${reason} ${count(number)}`);
  return reasons.length === 0 ? String(refused) : `${refused} (${reasons.join(", ")})`;
}

/** What the server is saturated by. */
export function saturationText({ saturation }: Pick<Status, "saturation">): string {
  const { value, event_loop, connections, accept_queue, wait } = saturation;
  return `${percent(value)} (event loop ${percent(event_loop)}, connections ` +
    `${percent(connections)}, accept queue ${percent(accept_queue)}, wait ${percent(wait)})`;
}

/** How long requests have taken of late; null if there were none. */
export function latencyText({ latency }: Pick<Status, "latency">): string | null {
  if (latency === null) return null;
  const { p50_ms, p90_ms, p99_ms } = latency;
  return `p50 ${millisecondsText(p50_ms)}, p90 ${millisecondsText(p90_ms)}, ` +
    `p99 ${millisecondsText(p99_ms)}`;
}

/** How many records the log has of each level, and what cannot be written; null if all is empty. */
export function logText({ log, log_failure }: Pick<Status, "log" | "log_failure">): string | null {
  const found = [...LEVELS, "dropped" as const].filter((name) => log[name] > 0)
    .map((name) => `${count(log[name])} ${name}`);
  if (log_failure !== null) found.push(`cannot write ${log_failure}`);
  return found.length === 0 ? null : found.join(", ");
}

/**
 * The dependencies, a line each, and why those are down that are.
 *
 * @param time When the status was read (RFC 3339).
 */
export function dependencyLines(
  dependencies: readonly DependencyStatus[],
  time: string,
): string[] {
  return dependencies.flatMap((one) => {
    const { name, url, required, state, reason, since, duration_ms, certificate_ends } = one;
    const age = shortDuration((Date.parse(time) - Date.parse(since)) / 1000);
    const facts = [
      `${state} for ${age}`,
      ...required ? ["required"] : [],
      ...duration_ms === null ? [] : [`probed in ${millisecondsText(duration_ms)}`],
      ...reason === null ? [] : [reason],
      ...certificate_ends === null ? [] : [`certificate until ${certificate_ends.slice(0, 10)}`],
    ];
    const text = `Dependency ${name}: ${url} ${facts.join(", ")}`;
    const [first = "", ...more] = wrap(printable(text, MAX_TEXT), 4);
    return [first.slice(4), ...more];
  });
}
