/** `sluice top`: the state of a server, refreshed in place. */
import { EXIT } from "../../base/exit.ts";
import type { TopSettings } from "../../settings/top_options.ts";
import { AdminClient } from "../admin_client.ts";
import { INTERRUPTED, interruptible } from "../interruptible.ts";
import type { WatchSignals, WatchSuspension } from "../signals.ts";
import { LiveView } from "./live_view.ts";
import { printStatuses } from "./plain.ts";

/**
 * Shows the state of a server until the user quits, in the terminal or, if standard output is
 * none, as one text after the other.
 *
 * @returns The exit code.
 * @throws {ExitError} If the server cannot be reached to begin with; others as {@linkcode AdminClient}.
 */
export function runTop(
  settings: TopSettings,
  watchSignals: WatchSignals,
  watchSuspension: WatchSuspension,
): Promise<number> {
  return interruptible(watchSignals, async (signal) => {
    using client = await AdminClient.open(settings);
    if (Deno.stdout.isTerminal()) {
      await new LiveView(client, settings).run(signal, watchSuspension);
    } else await printStatuses(client, settings, signal);
    return signal.aborted ? INTERRUPTED : EXIT.ok;
  });
}
