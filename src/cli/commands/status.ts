import type { OPTIONS } from "../../settings/options.ts";
import { readAdminReach } from "../../settings/top_options.ts";
import { usage } from "../flags.ts";
import { print } from "../print.ts";
import { type Command, SERVER_LINE } from "./command.ts";

/** `sluice status`. */
export const status: Command<typeof OPTIONS> = {
  ...SERVER_LINE,
  name: "status",
  help: "Show a --status-file, or ask an --admin port",
  argument: { name: "[file]", count: "optional", values: "files" },
  async run({ argument, flags }) {
    const reach = readAdminReach(flags, Deno.cwd());
    if ((reach === null) === (argument === "")) {
      const found = reach === null ? "neither" : "both";
      throw usage(`Cannot run status: found ${found}, expected a status file or --admin`);
    }
    const { askStatus, reportStatus } = await import("../status.ts");
    const { text, exitCode } = await (reach === null ? reportStatus(argument) : askStatus(reach));
    print(text);
    return exitCode;
  },
};
