import { EXIT } from "../../base/exit.ts";
import { CHECK_OPTIONS, readDeployPaths } from "../../settings/check_options.ts";
import { OPTIONS } from "../../settings/options.ts";
import { print } from "../print.ts";
import { withSettings } from "../with_settings.ts";
import { type Command, SERVER_LINE, TARGETS } from "./command.ts";

/** `sluice check`, also `sluice --check`. */
export const check: Command<typeof OPTIONS & typeof CHECK_OPTIONS> = {
  ...SERVER_LINE,
  options: { ...OPTIONS, ...CHECK_OPTIONS },
  name: "check",
  help: "Check the settings and the handler; like --check",
  argument: TARGETS,
  run: (line, { watchSignals }) =>
    withSettings(line, async ({ settings }) => {
      const { checkAndRestart } = await import("../restart.ts");
      const exitCode = await checkAndRestart(settings, watchSignals);
      if (exitCode !== null) return exitCode;
      const { checkText } = await import("../check.ts");
      print(await checkText(settings));
      const paths = readDeployPaths(line.flags, Deno.cwd());
      if (paths.length === 0) return EXIT.ok;
      const { reportDeployment } = await import("../check_deployment.ts");
      return await reportDeployment(paths, settings);
    }),
};
