import type { OPTIONS } from "../../settings/options.ts";
import { print } from "../print.ts";
import { withSettings } from "../with_settings.ts";
import { type Command, SERVER_LINE, TARGETS } from "./command.ts";

/** `sluice check`, also `sluice --check`. */
export const check: Command<typeof OPTIONS> = {
  ...SERVER_LINE,
  name: "check",
  help: "Check the settings and the handler; like --check",
  argument: TARGETS,
  run: (line, { watchSignals }) =>
    withSettings(line, async ({ settings }) => {
      const { checkAndRestart } = await import("../restart.ts");
      const exitCode = await checkAndRestart(settings, watchSignals);
      if (exitCode !== null) return exitCode;
      const { checkText } = await import("../check.ts");
      return print(await checkText(settings));
    }),
};
