/** The part of docs/monitoring.md that is generated from the definitions of metrics. */
import { METRIC_FAMILIES } from "../src/ops/metrics/registry.ts";
import { markdownTable } from "./option_docs.ts";

const BEGIN = "<!-- metrics: written by deno task docs from src/ops/metrics/ -->";
const END = "<!-- /metrics -->";

/**
 * Replaces the tables of metrics.
 *
 * @throws {Error} If the text has no markers around the tables.
 */
export function withMetrics(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin === -1 || end === -1) {
    throw new Error(`Cannot write the tables of metrics: expected "${BEGIN}" and "${END}"`);
  }
  return `${text.slice(0, begin + BEGIN.length)}\n\n${metricTables()}\n${text.slice(end)}`;
}

function metricTables(): string {
  return METRIC_FAMILIES.map(({ title, metrics }) => {
    const rows = metrics.map(({ name, type, labels, help, advice }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(", "),
      help,
      advice,
    ]);
    const head = ["Metric", "Type", "Labels", "What it tells", "What to do"];
    return `### ${title}\n\n${markdownTable(head, rows)}`;
  }).join("\n");
}
