import { EXIT } from "../../base/exit.ts";
import { readTopSettings, TOP_OPTIONS } from "../../settings/top_options.ts";
import { type Command, OWN_ACTIONS } from "./command.ts";

/** `sluice top`. */
export const top: Command<typeof TOP_OPTIONS> = {
  name: "top",
  help: "Watch a server with --admin in the terminal",
  argument: null,
  options: TOP_OPTIONS,
  actions: OWN_ACTIONS,
  rest: null,
  manual: {
    examples: [
      ["", "Watch the server on this machine with --admin 127.0.0.1:9900"],
      ["--admin unix:/run/sluice-admin.sock", "Watch a server by a Unix socket"],
      ["--interval 10s --count 6 > status.txt", "Print six statuses, one after the other"],
    ],
    tables: {
      Keys: [
        ["s", "Sort the lanes by another column"],
        ["r", "Reload the server, once you confirm that"],
        ["+ -", "One lane more or fewer"],
        ["h", "Show the keys"],
        ["q", "Quit"],
        ["Ctrl-Z", "Suspend: the terminal is as before until fg"],
      ],
    },
    values: "A duration is 500ms, 30s or 2m; a bare number is seconds.",
    exitCodes: [
      [String(EXIT.ok), "Quit, or all refreshes are shown"],
      [String(EXIT.notServing), "The server cannot be reached, or does not answer"],
      [String(EXIT.usage), "The command line is wrong"],
      [String(EXIT.noInput), "The file of the token does not exist"],
      [String(EXIT.noPermission), "The token is missing or wrong"],
      [String(EXIT.config), "What answers is no admin port"],
      ["130", "Interrupted"],
    ],
  },
  async run({ flags }, { watchSignals, watchSuspension }) {
    const settings = readTopSettings(flags, Deno.cwd());
    const { runTop } = await import("../top/top.ts");
    return await runTop(settings, watchSignals, watchSuspension);
  },
};
