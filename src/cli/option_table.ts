/** The table of options in README.md. */
import { envName, flagName, OPTION_KEYS, optionOf } from "../settings/options.ts";
import { defaultOf } from "./describe.ts";

const BEGIN = "<!-- options -->";
const END = "<!-- /options -->";

const HEAD = ["Option", "Default", "Environment", "What it does"];

/**
 * Every option as a Markdown table, laid out as `deno fmt` would.
 */
export function optionTable(): string {
  const rows = OPTION_KEYS.map((key) => {
    const option = optionOf(key);
    const { short, env, help, choices } = option;
    const flags = [...(short === "" ? [] : [`-${short}`]), flagName(key)];
    const { text, literal } = defaultOf(option);
    const values = choices.length === 0 ? "" : ` (${choices.map(code).join(", ")})`;
    return [
      flags.map(code).join(", "),
      literal ? code(text) : text,
      [envName(key), ...env].map(code).join(", "),
      help + values,
    ];
  });
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const rule = widths.map((width) => "-".repeat(width));
  return [HEAD, rule, ...rows].map((row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |\n`
  ).join("");
}

/**
 * Puts the table of options between its two markers in a Markdown text.
 *
 * @throws {Error} When the text lacks the markers.
 */
export function withOptionTable(markdown: string): string {
  const begin = markdown.indexOf(BEGIN);
  const end = markdown.indexOf(END, begin);
  if (begin === -1 || end === -1) {
    throw new Error(
      `Cannot write the table of options: expected the markers "${BEGIN}" and "${END}"`,
    );
  }
  return `${markdown.slice(0, begin + BEGIN.length)}\n\n${optionTable()}\n` +
    markdown.slice(end);
}

function code(text: string): string {
  return `\`${text}\``;
}
