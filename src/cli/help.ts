/** `--help` and the short usage, generated from the table of options. */
import { EXIT } from "../base/exit.ts";
import { SIGNAL_NAMES, SIGNALS } from "../base/signals.ts";
import { SERVICES } from "../services/registry.ts";
import type { OptionTable } from "../settings/option.ts";
import { ACTIONS, envName, OPTIONS } from "../settings/options.ts";
import { COMMAND_NAMES, COMMANDS, OWN_COMMAND_NAMES, PROGRAM } from "./commands.ts";
import { actionLines, columns, optionLines, wrap } from "./help_layout.ts";

const USAGE = `Usage: ${PROGRAM} [${COMMAND_NAMES.join("|")}] [options]`;

const EXAMPLES = [
  [`${PROGRAM}`, "Serve HTTP on this machine only"],
  [`${PROGRAM} --bind [::]:8080`, "Serve HTTP to all, on port 8080"],
  [`${PROGRAM} --service echo -p 7000`, "Send back what is received"],
  [`${PROGRAM} --mode pooled -w 4`, "Serve HTTP with four threads"],
  [`${PROGRAM} --handler ./app.ts`, "Serve with a module of your own"],
  [`${PROGRAM} --config sluice.toml check`, "Check before a restart"],
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
  const ownHelp = OWN_COMMAND_NAMES.map((name) => `${PROGRAM} ${name} --help`).join(", ");
  const services = Object.values(SERVICES).map(({ name, port, help }) =>
    [`${name} ${port}`, help] as const
  );
  const signals = SIGNAL_NAMES.map((name) =>
    [name.slice("SIG".length), SIGNALS[name].help] as const
  );
  const lines = [
    "Sluice: one TCP and HTTP application server",
    "",
    ...columns("Examples", EXAMPLES),
    USAGE,
    "",
    ...columns("Commands", commands),
    ...wrap(`With options of their own: ${ownHelp}`, 2),
    "",
    ...optionLines(OPTIONS as OptionTable),
    ...actionLines(ACTIONS),
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
    ...columns("Signals", signals),
    ...columns("Exit codes", EXIT_CODES),
  ];
  return lines.join("\n");
}
