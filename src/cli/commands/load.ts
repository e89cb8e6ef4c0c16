import { LOAD_OPTIONS, readLoadSettings } from "../../settings/load_options.ts";
import { MEASUREMENT_VALUES, measurementExitCodes } from "../measurement_help.ts";
import { type Command, OWN_ACTIONS } from "./command.ts";

/** `sluice load`. */
export const load: Command<typeof LOAD_OPTIONS> = {
  name: "load",
  help: "Measure any server under load",
  argument: { name: "<url>", count: "one", values: [] },
  options: LOAD_OPTIONS,
  actions: OWN_ACTIONS,
  rest: null,
  manual: {
    examples: [
      ["http://localhost:8000/", "GET, from 64 clients"],
      ["http://localhost:8000/ --rate 500", "500 requests per second"],
      ["http://localhost:8000/ --request get.txt", "A request of your own"],
      ["tcp://localhost:8888 --message-size 1kb", "Messages that are echoed"],
    ],
    tables: {},
    values: MEASUREMENT_VALUES,
    exitCodes: measurementExitCodes(
      "The server at the URL does not respond, or every request failed",
    ),
  },
  async run({ flags, argument }, { watchSignals }) {
    const settings = readLoadSettings(flags, Deno.cwd());
    const { runLoad } = await import("../load.ts");
    return await runLoad(argument, settings, watchSignals);
  },
};
