/** The parts of the documentation that are generated from the table of options. */
import { defaultOf } from "../src/cli/describe.ts";
import { GROUPS } from "../src/settings/option.ts";
import {
  envName,
  flagName,
  OPTION_KEYS,
  type OptionKey,
  optionOf,
} from "../src/settings/options.ts";

/** The options that people use first. */
const FIRST_OPTIONS: readonly OptionKey[] = [
  ...["mode", "workers", "handler", "service", "root", "bind", "port"] as const,
  ...["maxConnections", "requestTimeout", "accessLog", "watch", "config"] as const,
];

const BEGIN = "<!-- options: written by deno task docs -->";
const END = "<!-- /options -->";

const INTRODUCTION = `# Options

<!-- Written by deno task docs from src/settings/: change the options there. -->

The options of \`sluice serve\` and \`sluice check\`. Each is a flag, an environment variable, and a key
of the configuration file, without the leading dashes; if several set it, the first of these wins.
\`sluice --print-config\` shows every value and where it comes from; \`sluice check\` validates them
all.

- An argument that is a file is short for \`--handler\`, one that is a folder for \`--root\`:
  \`sluice app.ts ./public\`. So it is for \`sluice check\` and \`sluice bench\`.
- A duration is \`500ms\`, \`30s\`, \`2m\`, \`1h\` or \`1d\`; a bare number is seconds.
- A size is \`16kb\`, \`1mb\` or \`1gb\`, in steps of 1024; a bare number is bytes.
- A flag without a value is on, and \`--no-watch\` is \`--watch=false\`.
- A configuration file is TOML or JSON with comments, in UTF-8: \`max-connections = 5000\`. A key can
  be set once.

\`sluice bench --help\` and \`sluice load --help\` list the options of these commands.
`;

/** The whole of docs/options.md: a table for each group, laid out as \`deno fmt\` would. */
export function optionsPage(): string {
  const sections = GROUPS.map((group) => {
    const keys = OPTION_KEYS.filter((key) => optionOf(key).group === group);
    if (keys.length === 0) return "";
    const head = ["Option", "Default", "Environment", "What it does"];
    const rows = keys.map((key) => {
      const environment = [envName(key), ...optionOf(key).env].map(code).join(", ");
      return [flagsOf(key), defaultText(key), environment, helpOf(key)];
    });
    return `\n## ${group}\n\n${markdownTable(head, rows)}`;
  });
  return INTRODUCTION + sections.join("");
}

/**
 * Replaces the table of the options that people use first.
 *
 * @throws {Error} If the text has no markers around the table.
 */
export function withFirstOptions(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin === -1 || end === -1) {
    throw new Error(`Cannot write the table of options: expected "${BEGIN}" and "${END}"`);
  }
  const rows = FIRST_OPTIONS.map((key) => [flagsOf(key), defaultText(key), helpOf(key)]);
  const table = markdownTable(["Option", "Default", "What it does"], rows);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${table}\n${text.slice(end)}`;
}

function flagsOf(key: OptionKey): string {
  const { short } = optionOf(key);
  return [...short === "" ? [] : [`-${short}`], flagName(key)].map(code).join(", ");
}

function defaultText(key: OptionKey): string {
  const { text, isLiteral } = defaultOf(optionOf(key));
  return isLiteral ? code(text) : text;
}

function helpOf(key: OptionKey): string {
  const { help, choices } = optionOf(key);
  return choices.length === 0 ? help : `${help} (${choices.map(code).join(", ")})`;
}

/** A table in Markdown, laid out as `deno fmt` would. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0))
  );
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...rows].map((row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |\n`
  ).join("");
}

function code(text: string): string {
  return `\`${text}\``;
}
