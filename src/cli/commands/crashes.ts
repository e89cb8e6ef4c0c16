import { EXIT } from "../../base/exit.ts";
import { CRASHES_OPTIONS, readCrashesSettings } from "../../settings/crashes_options.ts";
import { type Command, OWN_ACTIONS } from "./command.ts";

/** `sluice crashes`. */
export const crashes: Command<typeof CRASHES_OPTIONS> = {
  name: "crashes",
  help: "List the reports of crashes, or show one",
  argument: { name: "[report]", count: "optional", values: [] },
  options: CRASHES_OPTIONS,
  actions: OWN_ACTIONS,
  rest: null,
  manual: {
    examples: [
      ["--state-dir /var/lib/app", "All reports, the newest first"],
      ["last --state-dir /var/lib/app", "The newest one, with all that it tells"],
      ["2026-11-30T00 --state-dir .", "The one whose name begins so"],
    ],
    tables: {},
    values: "A report may be named by the beginning of its name, or as last.",
    exitCodes: [
      [String(EXIT.ok), "Done, whether or not there are reports"],
      [String(EXIT.usage), "The command line is wrong"],
      [String(EXIT.noInput), "The folder or the report does not exist"],
      [String(EXIT.noPermission), "Permission is denied"],
      [String(EXIT.config), "The report is damaged, or several begin like this"],
    ],
  },
  async run({ argument, flags }) {
    const settings = readCrashesSettings(flags, Deno.cwd());
    const { showCrashes } = await import("../crashes.ts");
    return await showCrashes(argument, settings);
  },
};
