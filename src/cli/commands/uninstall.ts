import { loadFlags } from "../../settings/flags.ts";
import { UNINSTALL_OPTIONS } from "../../settings/install_options.ts";
import { INSTALL_CODES, MANAGED } from "../service_help.ts";
import { type Command, OWN_ACTIONS } from "./command.ts";

/** `sluice uninstall`. */
export const uninstall: Command<typeof UNINSTALL_OPTIONS> = {
  name: "uninstall",
  help: "Remove a service and all that install has made",
  argument: { name: "[name]", count: "optional", values: [] },
  options: UNINSTALL_OPTIONS,
  actions: OWN_ACTIONS,
  rest: null,
  manual: {
    ...MANAGED,
    examples: [
      ["", "Its logs and its state stay"],
      ["web --purge", "With its logs and its state"],
    ],
    exitCodes: INSTALL_CODES,
  },
  async run({ argument, flags }) {
    const own = loadFlags(UNINSTALL_OPTIONS, flags, Deno.cwd());
    const { meantService } = await import("../service_command.ts");
    const { uninstall } = await import("../install.ts");
    return await uninstall(await meantService(argument, own.rootDir ?? ""), own);
  },
};
