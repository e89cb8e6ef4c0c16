/** `bench --help` and `load --help`, generated from the commands' own tables. */
import { EXIT } from "../base/exit.ts";
import { BENCH_OPTIONS, WORKLOAD_HELP } from "../settings/bench_options.ts";
import { LOAD_OPTIONS } from "../settings/load_options.ts";
import type { OptionTable } from "../settings/option.ts";
import { COMMANDS, OWN_COMMANDS, type OwnCommand, PROGRAM } from "./commands.ts";
import { actionLines, columns, optionLines, type Rows, wrap } from "./help_layout.ts";
import { OWN_ACTIONS } from "./own_arguments.ts";

/** What is particular to the help of a command. */
interface OwnHelp {
  readonly examples: Rows;
  readonly options: OptionTable;
  /** What stands below the options. */
  readonly more: readonly string[];
  readonly values: string;
  readonly exitCodes: Rows;
}

const VALUES = "A duration is 500ms, 30s or 2m; a bare number is seconds. " +
  "A size is 64, 16kb or 1mb, by 1024; a bare number is bytes.";

/** @param unavailable What it means that nothing could be measured. */
function exitCodes(unavailable: string): Rows {
  return [
    [String(EXIT.ok), "Measured"],
    [String(EXIT.usage), "The command line is wrong"],
    [String(EXIT.noInput), "A file that was named is not there"],
    [String(EXIT.unavailable), unavailable],
    [String(EXIT.cannotCreate), "A file cannot be created"],
    [String(EXIT.noPermission), "Permission is refused"],
    [String(EXIT.config), "A file that was named cannot be used"],
    ["130", "Interrupted; what was measured by then is shown"],
  ];
}

const OWN_HELP: Readonly<Record<OwnCommand, OwnHelp>> = {
  bench: {
    examples: [
      ["bench", "All modes, short requests"],
      ["bench --workload io -- --max-threads 64", "With an option of the server"],
      ["bench --workload cpu --workers 1,2,4", "How more workers help"],
      ["bench --connections 1,64,1024 --peers", "Beside other servers"],
      ["bench --rate 2000 --html page.html", "Latency at a rate, as a page"],
      ["bench --handler app.ts --request get.txt", "A handler of your own"],
    ],
    options: BENCH_OPTIONS as OptionTable,
    more: columns("Workloads", Object.entries(WORKLOAD_HELP)),
    values: `${VALUES} --modes, --connections and --workers are lists with commas.`,
    exitCodes: exitCodes("No server can be measured"),
  },
  load: {
    examples: [
      ["load http://localhost:8000/", "GET, from 64 clients"],
      ["load http://localhost:8000/ --rate 500", "500 requests a second"],
      ["load http://localhost:8000/ --request get.txt", "Requests of your own"],
      ["load tcp://localhost:8888 --message-size 1kb", "Messages that come back"],
    ],
    options: LOAD_OPTIONS as OptionTable,
    more: [],
    values: VALUES,
    exitCodes: exitCodes("Nobody answers at the URL"),
  },
};

/** The text of `--help` of a command with options of its own, at most 80 columns wide. */
export function ownHelpText(command: OwnCommand): string {
  const { help, argument } = COMMANDS[command];
  const { afterDashes } = OWN_COMMANDS[command];
  const { examples, options, more, values, exitCodes } = OWN_HELP[command];
  const words = [PROGRAM, command, argument, "[options]"].filter((word) => word !== "");
  const rest = afterDashes === "" ? "" : ` [-- ${afterDashes}]`;
  return [
    help,
    "",
    ...columns("Examples", examples.map(([line, what]) => [`${PROGRAM} ${line}`, what])),
    `Usage: ${words.join(" ")}${rest}`,
    "",
    ...optionLines(options),
    ...more,
    ...actionLines(OWN_ACTIONS),
    "Values:",
    ...wrap(`${values} The environment and configuration files set none of these options.`, 2),
    "",
    ...columns("Exit codes", exitCodes),
  ].join("\n");
}
