import type { OPTIONS } from "../../settings/options.ts";
import { Start } from "../start.ts";
import { withSettings } from "../with_settings.ts";
import { type Command, SERVER_LINE, TARGETS } from "./command.ts";

/** `sluice serve`, the default. */
export const serve: Command<typeof OPTIONS> = {
  ...SERVER_LINE,
  name: "serve",
  help: "Serve until stopped (the default)",
  argument: TARGETS,
  run(line, { watchSignals }) {
    const start = new Start(watchSignals);
    return start.run(() =>
      withSettings(line, async ({ settings }, reload) => {
        const { checkAndRestart, checkConfiguration } = await import("../restart.ts");
        const exitCode = await start.step(
          "reading the configuration of the handler",
          () => checkAndRestart(settings, start.watchSignals),
        );
        if (exitCode !== null) return exitCode;
        const module = await import("../serve.ts");
        const reloadSettings = async () => {
          const { settings } = await reload();
          await checkConfiguration(settings.handler);
          return settings;
        };
        return await module.serve(settings, reloadSettings, start);
      }, (load) => start.step("reading the settings", load))
    );
  },
};
