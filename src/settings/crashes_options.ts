/** The options of `sluice crashes`. */
import { type FlagsOf, loadFlags } from "./flags.ts";
import * as kinds from "./kinds.ts";
import { option, type ValuesOf } from "./option.ts";

/** Every option of the command, by its key. */
export const CRASHES_OPTIONS = {
  stateDir: option(kinds.path(), {
    default: null,
    unset: "$STATE_DIRECTORY, if a service manager sets it",
    group: "Report",
    help: "Folder of the server, as in its own --state-dir",
  }),
  json: option(kinds.flag(), {
    default: false,
    group: "Report",
    help: "Print JSON: a list with everything but the scenes, or one report as it is kept",
  }),
};

/** The final, validated values of the options. */
export type CrashesSettings = ValuesOf<typeof CRASHES_OPTIONS>;

/**
 * Turns flags into settings, which are frozen.
 *
 * @param flags The values of the flags, unchecked.
 * @param cwd The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is wrong.
 */
export function readCrashesSettings(
  flags: FlagsOf<typeof CRASHES_OPTIONS>,
  cwd: string,
): CrashesSettings {
  return loadFlags(CRASHES_OPTIONS, flags, cwd);
}
