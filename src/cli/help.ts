/** `--help`, generated from the commands and their tables of options. */
import { EXIT } from "../base/exit.ts";
import { SIGNAL_NAMES, SIGNALS } from "../base/signals.ts";
import { SERVICES } from "../services/registry.ts";
import { CHECK_OPTIONS } from "../settings/check_options.ts";
import type { OptionTable } from "../settings/option.ts";
import { ACTIONS, envName, OPTIONS } from "../settings/options.ts";
import { type Command, type Manual, TARGETS } from "./commands/command.ts";
import { loadCommands } from "./commands/registry.ts";
import { actionLines, columns, optionLines, type Rows, wrap } from "./help_layout.ts";
import { PROGRAM } from "./program.ts";

const EXAMPLES: Rows = [
  [`${PROGRAM} app.ts`, "Serve your own module, on this machine only"],
  [`${PROGRAM} ./public -p 8080`, "Serve the files of a folder"],
  [`${PROGRAM} app.ts --bind [::]:8080`, "Serve on all interfaces"],
  [`${PROGRAM} app.ts --mode pooled -w 4`, "Serve with four threads"],
  [`${PROGRAM} --service echo -p 7000`, "Echo what clients send"],
  [`${PROGRAM} --config sluice.toml check`, "Check before a restart"],
  [`${PROGRAM} check --deploy k8s`, "Check manifests, too"],
];

const ABOUT_TARGETS = "A file is a handler, as with --handler; a folder holds files to serve, as " +
  "with --root. With both, the handler gets the requests for which there is no file.";

const VALUES = "A duration is 500ms, 30s, 2m, 1h or 1d; a bare number is seconds. " +
  "A size is 16kb, 1mb or 1gb, in steps of 1024; a bare number is bytes. " +
  "A percentage is 10% or 10. --watch is --watch=true, and --no-watch is --watch=false.";

const SOURCES = "Flags; the environment, where --max-connections is " +
  `${envName("maxConnections")}, and ${envName("bind")} takes several addresses, separated by ` +
  "commas; the file of --config, where it is max-connections; the default.";

const EXIT_CODES: Rows = [
  [String(EXIT.ok), "Stopped on request"],
  [String(EXIT.notServing), "status, probe: the server is gone, silent or not ready"],
  [String(EXIT.usage), "The command line is wrong"],
  [String(EXIT.noInput), "An input file does not exist"],
  [String(EXIT.unavailable), "An address cannot be bound"],
  [String(EXIT.software), "The server failed, or its workers kept failing"],
  [String(EXIT.cannotCreate), "A file cannot be created"],
  [String(EXIT.noPermission), "Permission denied"],
  [String(EXIT.config), "The environment, the configuration or a handler is wrong"],
  ["130, 131, 143", "Cut short by INT, QUIT or TERM"],
];

/** The text of `--help` of a command, at most 80 columns wide. */
export async function helpText(command: Command): Promise<string> {
  const { manual } = command;
  const lines = manual === null ? serverHelp(await loadCommands()) : ownHelp(command, manual);
  return lines.join("\n");
}

/** The help of all commands that take the options of `serve`. */
function serverHelp(commands: readonly Command[]): string[] {
  const ownHelp = commands.filter(({ manual }) => manual !== null)
    .map(({ name }) => `${PROGRAM} ${name} --help`);
  return [
    "Sluice: a TCP and HTTP application server",
    "",
    ...columns("Examples", EXAMPLES),
    `Usage: ${PROGRAM} ${TARGETS.name} [options]`,
    `       ${PROGRAM} <command> ...`,
    "",
    ...wrap(ABOUT_TARGETS, 2),
    "",
    ...columns("Commands", commands.map((command) => [callOf(command), command.help])),
    ...wrap(`With their own options: ${ownHelp.join(", ")}`, 2),
    "",
    ...optionLines({ ...OPTIONS, ...CHECK_OPTIONS } as OptionTable),
    ...actionLines(ACTIONS),
    ...columns(
      "Services, and their ports",
      Object.values(SERVICES).map(({ name, port, help }) => [`${name} ${port}`, help]),
    ),
    "Values:",
    ...wrap(VALUES, 2),
    "",
    "Sources, in order of precedence:",
    ...wrap(SOURCES, 2),
    "",
    ...columns(
      "Signals",
      SIGNAL_NAMES.map((name) => [name.slice("SIG".length), SIGNALS[name].help]),
    ),
    ...columns("Exit codes", EXIT_CODES),
  ];
}

/** The help of a command with options of its own. */
function ownHelp(command: Command, manual: Manual): string[] {
  const { examples, tables, values, exitCodes, options } = manual;
  const { name, rest } = command;
  const source = options === undefined ? " Only flags set these options." : "";
  const ending = rest === null ? "" : ` [-- ${rest.name}]`;
  return [
    command.help,
    "",
    ...columns(
      "Examples",
      examples.map(([args, what]) => [`${PROGRAM} ${name} ${args}`.trimEnd(), what]),
    ),
    `Usage: ${PROGRAM} ${callOf(command)} [options]${ending}`,
    "",
    ...optionLines(options ?? command.options),
    ...Object.entries(tables).flatMap(([title, rows]) => columns(title, rows)),
    ...actionLines(command.actions),
    "Values:",
    ...wrap(`${values}${source}`, 2),
    "",
    ...columns("Exit codes", exitCodes),
  ];
}

/** A command with its argument: `status <file>`. */
function callOf({ name, argument }: Command): string {
  return argument === null ? name : `${name} ${argument.name}`;
}
