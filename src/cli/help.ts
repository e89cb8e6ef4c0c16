/** `--help` and the short usage, generated from the table of options. */
import { EXIT } from "../exit.ts";
import { SERVICES } from "../services/registry.ts";
import { GROUPS } from "../settings/option.ts";
import {
  type ActionKey,
  ACTIONS,
  envName,
  flagName,
  OPTION_KEYS,
  type OptionKey,
  optionOf,
} from "../settings/options.ts";
import { COMMAND_NAMES, COMMANDS, PROGRAM } from "./commands.ts";
import { defaultOf, placeholder } from "./describe.ts";

/** The width of the help text, in columns. */
const WIDTH = 80;

const USAGE = `Usage: ${PROGRAM} [${COMMAND_NAMES.join("|")}] [options]`;

const EXAMPLES = [
  [`${PROGRAM}`, "Serve HTTP on this machine only"],
  [`${PROGRAM} --bind [::]:8080`, "Serve HTTP to all, on port 8080"],
  [`${PROGRAM} --service echo -p 7000`, "Send back what is received"],
  [`${PROGRAM} --mode pooled -w 4`, "Serve HTTP with four threads"],
  [`${PROGRAM} --handler ./app.ts`, "Serve with a module of your own"],
  [`${PROGRAM} --config sluice.toml check`, "Check before a restart"],
] as const;

const SIGNALS = [
  [
    "TERM",
    "Drain: accept nothing new, finish, stop; a second one stops at once",
  ],
  ["INT", "Like TERM"],
  ["QUIT", "Stop at once"],
  ["HUP", "Reload settings and handler, reopen the log file"],
  ["TTIN", "One worker more"],
  ["TTOU", "One worker fewer"],
] as const;

const EXIT_CODES: readonly (readonly [string, string])[] = [
  [String(EXIT.ok), "Stopped as asked, all connections drained"],
  [String(EXIT.usage), "The command line is wrong"],
  [String(EXIT.noInput), "A file that was named is not there"],
  [String(EXIT.unavailable), "An address cannot be bound"],
  [String(EXIT.software), "The server failed, or could not keep its workers alive"],
  [String(EXIT.cannotCreate), "A file cannot be created"],
  [String(EXIT.noPermission), "Permission is refused"],
  [
    String(EXIT.config),
    "The environment, the configuration or a handler is wrong",
  ],
  ["130, 131, 143", "Cut short by INT, QUIT or TERM"],
];

/** Two lines that say how to call the program, for after a mistake. */
export function usageText(): string {
  return `${USAGE}\nSee ${PROGRAM} --help for the options\n`;
}

/** The text of `--help`, at most 80 columns wide. */
export function helpText(): string {
  const commands = COMMAND_NAMES.map((name) =>
    [`${name} ${COMMANDS[name].argument}`.trim(), COMMANDS[name].help] as const
  );
  const actions = (Object.keys(ACTIONS) as ActionKey[]).map((key) =>
    [spelling(key, ACTIONS[key].short), ACTIONS[key].help] as const
  );
  const services = Object.values(SERVICES).map(({ name, port, help }) =>
    [`${name} ${port}`, help] as const
  );
  const lines = [
    "Sluice: one TCP and HTTP application server",
    "",
    ...columns("Examples", EXAMPLES),
    USAGE,
    "",
    ...columns("Commands", commands),
    ...GROUPS.flatMap((group) => [
      `${group}:`,
      ...OPTION_KEYS.filter((key) => optionOf(key).group === group)
        .flatMap(optionLines),
      "",
    ]),
    ...columns("Actions", actions),
    ...columns("Services, and their ports", services),
    "Values:",
    ...wrap(
      "A duration is 500ms, 30s, 2m, 1h or 1d; a bare number is seconds. " +
        "A size is 16kb, 1mb or 1gb, by 1024; a bare number is bytes. " +
        "A percentage is 10% or 10. --watch is --watch=true, and " +
        "--no-watch is --watch=false.",
      2,
    ),
    "",
    "Sources, the first wins:",
    ...wrap(
      "Flags; the environment, where --max-connections is " +
        `${envName("maxConnections")}, and ${envName("bind")} takes ` +
        "a list with commas; the file of --config, where it is " +
        "max-connections; the default.",
      2,
    ),
    "",
    ...columns("Signals", SIGNALS),
    ...columns("Exit codes", EXIT_CODES),
  ];
  return lines.join("\n");
}

function optionLines(key: OptionKey): string[] {
  const option = optionOf(key);
  const shared = option.env.length === 0
    ? ""
    : `; also from ${option.env.join(", ")} in the environment`;
  const ending = `(default: ${defaultOf(key).text}${shared})`;
  // The ending is broken between its two parts only.
  const whole = ending.replaceAll(/(?<!;) /g, "\u00a0");
  return [
    `  ${spelling(key, option.short)} ${placeholder(key)}`.trimEnd(),
    ...wrap(`${option.help} ${whole}`, 10),
  ];
}

function spelling(key: OptionKey | ActionKey, short: string): string {
  return `${short === "" ? "   " : `-${short},`} ${flagName(key)}`;
}

function columns(
  title: string,
  rows: readonly (readonly [string, string])[],
): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [`${title}:`, ...lines, ""];
}

/** Breaks a text into lines of at most {@linkcode WIDTH}, indented. */
function wrap(text: string, indent: number): string[] {
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
