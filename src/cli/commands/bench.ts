import {
  BENCH_OPTIONS,
  readBenchSettings,
  WORKLOAD_HELP,
  WORKLOADS,
} from "../../settings/bench_options.ts";
import { nearest } from "../../settings/nearest.ts";
import type { OptionTable } from "../../settings/option.ts";
import { OPTIONS } from "../../settings/options.ts";
import { MEASUREMENT_VALUES, measurementExitCodes } from "../measurement_help.ts";
import { PROGRAM } from "../program.ts";
import { type Command, type FileArguments, OWN_ACTIONS, TARGETS } from "./command.ts";

const MEASURED: FileArguments = {
  ...TARGETS,
  verb: "measure",
  async hint(word) {
    if (/^\w+:\/\//.test(word)) return `${PROGRAM} load measures a server at a URL`;
    const workload = await nearest(word, WORKLOADS);
    return workload === null ? "" : `did you mean --workload ${workload}?`;
  },
};

/** `sluice bench`. */
export const bench: Command<typeof BENCH_OPTIONS> = {
  name: "bench",
  help: "Measure the modes of this server under load",
  argument: MEASURED,
  options: BENCH_OPTIONS,
  actions: OWN_ACTIONS,
  rest: { name: "options of the server", options: OPTIONS as OptionTable },
  manual: {
    examples: [
      ["", "All modes, short requests"],
      ["--workload io -- --max-threads 64", "With an option of the server"],
      ["--workload cpu --workers 1,2,4", "How more workers help"],
      ["--connections 1,64,1024 --peers", "Compared with other servers"],
      ["--rate 2000 --html page.html", "Latency at a rate, as HTML"],
      ["app.ts", "Your own handler, with GET /"],
      ["app.ts --request get.txt", "With your own request"],
    ],
    tables: { Workloads: Object.entries(WORKLOAD_HELP) },
    values: `${MEASUREMENT_VALUES} --modes, --connections and --workers take several values, ` +
      "separated by commas.",
    exitCodes: measurementExitCodes("No server can be measured"),
  },
  async run({ rest, ...line }, { watchSignals }) {
    const settings = readBenchSettings(line, Deno.cwd());
    const { runBench } = await import("../bench.ts");
    return await runBench(settings, rest, watchSignals);
  },
};
