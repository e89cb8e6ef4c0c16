import type { OPTIONS } from "../../settings/options.ts";
import { completionScript, SHELLS } from "../completions/scripts.ts";
import { print } from "../print.ts";
import { type Command, SERVER_LINE } from "./command.ts";

/** `sluice completions`. */
export const completions: Command<typeof OPTIONS> = {
  ...SERVER_LINE,
  name: "completions",
  help: "Print the completion script for a shell",
  argument: { name: `<${SHELLS.join("|")}>`, count: "one", values: SHELLS },
  run: async ({ argument }) => print(await completionScript(argument)),
};
