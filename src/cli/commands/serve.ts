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
        const module = await import("../serve.ts");
        return await module.serve(settings, async () => (await reload()).settings, start);
      }, (load) => start.step("reading the settings", load))
    );
  },
};
