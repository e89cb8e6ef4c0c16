import { readOwnFlags, UNIT_OPTIONS } from "../../settings/install_options.ts";
import { OPTIONS } from "../../settings/options.ts";
import { INSTALL_CODES, WITH_SERVER_OPTIONS } from "../service_help.ts";
import { withSettings } from "../with_settings.ts";
import { type Command, OWN_ACTIONS, TARGETS } from "./command.ts";

const ALL_OPTIONS = { ...UNIT_OPTIONS, ...OPTIONS };

/** `sluice unit`. */
export const unit: Command<typeof ALL_OPTIONS> = {
  name: "unit",
  help: "Print the files that install would write",
  argument: { ...TARGETS, verb: "install" },
  options: ALL_OPTIONS,
  actions: OWN_ACTIONS,
  rest: null,
  manual: {
    examples: [
      ["app.ts -p 8080", "For the service manager of this machine"],
      ["app.ts -p 8080 --manager systemd", "For another one"],
    ],
    tables: {},
    values: WITH_SERVER_OPTIONS,
    exitCodes: INSTALL_CODES,
    options: UNIT_OPTIONS,
  },
  async run(line) {
    const own = readOwnFlags(UNIT_OPTIONS, line.flags, Deno.cwd());
    return await withSettings(line, async (loaded) => {
      const { unit } = await import("../install.ts");
      return await unit(loaded, own);
    });
  },
};
