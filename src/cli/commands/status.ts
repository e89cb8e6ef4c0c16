import type { OPTIONS } from "../../settings/options.ts";
import { print } from "../print.ts";
import { type Command, SERVER_LINE } from "./command.ts";

/** `sluice status`. */
export const status: Command<typeof OPTIONS> = {
  ...SERVER_LINE,
  name: "status",
  help: "Show the --status-file of a server",
  argument: { name: "<file>", count: "one", values: "files" },
  async run({ argument }) {
    const { reportStatus } = await import("../status.ts");
    const { text, exitCode } = await reportStatus(argument);
    print(text);
    return exitCode;
  },
};
