import { INSTALL_OPTIONS, readOwnFlags } from "../../settings/install_options.ts";
import { OPTIONS } from "../../settings/options.ts";
import { INSTALL_CODES, WITH_SERVER_OPTIONS } from "../service_help.ts";
import { withSettings } from "../with_settings.ts";
import { type Command, OWN_ACTIONS, TARGETS } from "./command.ts";

const ALL_OPTIONS = { ...INSTALL_OPTIONS, ...OPTIONS };

/** `sluice install`. */
export const install: Command<typeof ALL_OPTIONS> = {
  name: "install",
  help: "Install a server as a service of the machine",
  argument: { ...TARGETS, verb: "install" },
  options: ALL_OPTIONS,
  actions: OWN_ACTIONS,
  rest: null,
  manual: {
    examples: [
      ["app.ts -p 8080 --dry-run", "Show what would be done"],
      ["app.ts -p 8080", "Serve the module now, and at each boot"],
      ["--name files ./public -p 8081", "Another one, which serves a folder"],
      ["--config sluice.toml --run-as www-data", "With a file of settings, as a user"],
    ],
    tables: {},
    values: WITH_SERVER_OPTIONS,
    exitCodes: INSTALL_CODES,
    options: INSTALL_OPTIONS,
  },
  async run(line) {
    const own = readOwnFlags(INSTALL_OPTIONS, line.flags, Deno.cwd());
    return await withSettings(line, async (loaded) => {
      const { install } = await import("../install.ts");
      return await install(loaded, own);
    });
  },
};
