/** The options of `sluice probe`. */
import { EXIT } from "../base/exit.ts";
import { finalValues, type FlagsOf, readFlags } from "./flags.ts";
import { RANK } from "./found.ts";
import * as kinds from "./kinds.ts";
import { option, type ValuesOf } from "./option.ts";
import { USUAL_ADMIN } from "./top_options.ts";

/** The variable by which a server and the probes in its container learn the address of its admin port. */
const ADMIN_VARIABLE = "SLUICE_ADMIN";

/** Every option of the command, by its key. */
export const PROBE_OPTIONS = {
  admin: option(kinds.address(), {
    default: USUAL_ADMIN,
    group: "Admin",
    help: "Address of the admin port of the server, as in its own --admin; $SLUICE_ADMIN if it " +
      "is set",
  }),
  answerTimeout: option(kinds.duration(1), {
    default: 1000,
    group: "Admin",
    help: "How long the server may take to answer, the connection included",
  }),
};

/** The final, validated values of the options. */
export type ProbeSettings = ValuesOf<typeof PROBE_OPTIONS>;

/**
 * Turns flags into settings, which are frozen.
 *
 * @param flags The values of the flags, unchecked.
 * @param admin The value of `SLUICE_ADMIN` in the environment, which a flag overrides.
 * @param cwd The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is wrong, 78 if the environment is.
 */
export function readProbeSettings(
  flags: FlagsOf<typeof PROBE_OPTIONS>,
  admin: string | undefined,
  cwd: string,
): ProbeSettings {
  const found = readFlags<string>(PROBE_OPTIONS, flags, cwd);
  const value = admin?.trim() ?? "";
  if (!found.has("admin") && value !== "") {
    found.set("admin", {
      key: "admin",
      value,
      name: ADMIN_VARIABLE,
      where: "",
      folder: cwd,
      source: { from: "environment", detail: ADMIN_VARIABLE },
      rank: RANK.environment,
      exitCode: EXIT.config,
    });
  }
  return finalValues(PROBE_OPTIONS, found);
}

/** The address of the admin port in the environment; undefined if it has none, or may not be read. */
export function adminOfEnvironment(): string | undefined {
  try {
    return Deno.env.get(ADMIN_VARIABLE);
  } catch { // No permission.
    return undefined;
  }
}
