import { EXIT } from "../../base/exit.ts";
import { reapOrphans } from "../../base/orphans.ts";
import type { OwnParent } from "../../ops/respawn/own_parent.ts";
import { isChild } from "../../ops/respawn/word.ts";
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
  async run(line, { watchSignals }) {
    reapOrphans();
    const start = new Start(watchSignals);
    const parent = await claimParent();
    if (parent?.isSpare && !await standBy(parent, start)) return EXIT.ok;
    return await start.run(() =>
      withSettings(line, async (loaded, reload) => {
        const { settings } = loaded;
        const { checkAndRestart, checkConfiguration } = await import("../restart.ts");
        const exitCode = await start.step(
          "reading the configuration of the handler",
          () => checkAndRestart(settings, start.watchSignals),
        );
        if (exitCode !== null) return exitCode;
        if (settings.respawn && parent === null) {
          return await (await import("../respawn.ts")).respawn(settings, start);
        }
        const module = await import("../serve.ts");
        const loadAgain = async () => {
          const next = await reload();
          await checkConfiguration(next.settings.handler);
          return next;
        };
        return await module.serve(loaded, loadAgain, start, parent);
      }, (load) => start.step("reading the settings", load))
    );
  },
};

/** The parent of `--respawn`, if this process is its child. */
async function claimParent(): Promise<OwnParent | null> {
  if (!isChild()) return null;
  return (await import("../../ops/respawn/own_parent.ts")).takeParent();
}

/**
 * Loads what a server needs, and waits until the parent wants this process to be it.
 *
 * @returns False if it never will.
 */
async function standBy(parent: OwnParent, start: Start): Promise<boolean> {
  await Promise.all([import("../restart.ts"), import("../serve.ts")]);
  const isToServe = await parent.waitForWord();
  // One that ends the server stays: the parent may have sent it right after its word. Whoever
  // signals the whole group sends it to a spare, too, but then the parent ends that.
  start.forgetQueue();
  return isToServe;
}
