import { loadFlags } from "../../settings/flags.ts";
import { LOGS_OPTIONS } from "../../settings/install_options.ts";
import { MANAGED } from "../service_help.ts";
import { type Command, OWN_ACTIONS } from "./command.ts";

/** `sluice logs`. */
export const logs: Command<typeof LOGS_OPTIONS> = {
  name: "logs",
  help: "Show the log of a service that install has made",
  argument: { name: "[name]", count: "optional", values: [] },
  options: LOGS_OPTIONS,
  actions: OWN_ACTIONS,
  rest: null,
  manual: {
    ...MANAGED,
    examples: [["", "The end of it"], ["web --follow", "And what comes"]],
  },
  async run({ argument, flags }) {
    const { follow } = loadFlags(LOGS_OPTIONS, flags, Deno.cwd());
    const { runManager } = await import("../service_command.ts");
    return await runManager("show the log of", argument, (one, name) => one.logs(name, follow));
  },
};
