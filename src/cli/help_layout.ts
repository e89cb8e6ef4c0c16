/** The layout of help texts. */
import { flagName, GROUPS, type Option, type OptionTable } from "../settings/option.ts";
import { defaultOf, placeholder } from "./describe.ts";
import type { ActionTable } from "./flags.ts";

/** The width of a help text, in columns. */
export const WIDTH = 80;

/** Rows of two columns. */
export type Rows = readonly (readonly [string, string])[];

/** The options of a table, group by group. */
export function optionLines(table: OptionTable): string[] {
  return GROUPS.flatMap((title) => {
    const options = Object.entries(table).filter(([, { group }]) => group === title);
    if (options.length === 0) return [];
    return [`${title}:`, ...options.flatMap(([key, option]) => entryLines(key, option)), ""];
  });
}

/** The actions of a command. */
export function actionLines(actions: ActionTable): string[] {
  const rows = Object.entries(actions).map(([key, { short, help }]) =>
    [spelling(key, short), help] as const
  );
  return columns("Actions", rows);
}

function entryLines(key: string, option: Option<unknown>): string[] {
  const shared = option.env.length === 0
    ? ""
    : `; also from ${option.env.join(", ")} in the environment`;
  const ending = `(default: ${defaultOf(option).text}${shared})`;
  // May wrap only between its two parts.
  const whole = ending.replaceAll(/(?<!;) /g, "\u00a0");
  return [
    `  ${spelling(key, option.short)} ${placeholder(option)}`.trimEnd(),
    ...wrap(`${option.help} ${whole}`, 10),
  ];
}

function spelling(key: string, short: string): string {
  return `${short === "" ? "   " : `-${short},`} ${flagName(key)}`;
}

/** Two columns under a title. */
export function columns(title: string, rows: Rows): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [`${title}:`, ...lines, ""];
}

/**
 * Breaks a text into indented lines of at most 80 columns. A no-break space never
 * breaks, and becomes a space.
 */
export function wrap(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(" ".repeat(indent) + line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, " ".repeat(indent) + line].map((each) => each.replaceAll("\u00a0", " "));
}
