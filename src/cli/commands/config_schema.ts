import type { OPTIONS } from "../../settings/options.ts";
import { print } from "../print.ts";
import { type Command, SERVER_LINE } from "./command.ts";

/** `sluice config-schema`. */
export const configSchema: Command<typeof OPTIONS> = {
  ...SERVER_LINE,
  name: "config-schema",
  help: "Print the JSON Schema of the configuration file",
  argument: null,
  async run() {
    const { configSchema } = await import("../config_schema.ts");
    return print(`${JSON.stringify(configSchema(), null, 2)}\n`);
  },
};
