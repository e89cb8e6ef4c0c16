/** The folder for what outlives a server. */
import { readVariable } from "../base/environment.ts";

/**
 * The absolute path of the folder: `--state-dir`, else that of the service manager
 * (`$STATE_DIRECTORY`, systemd.exec(5)), its first if it keeps several; null for none.
 *
 * @param stateDir The setting.
 */
export function stateFolder(stateDir: string | null): string | null {
  if (stateDir !== null) return stateDir;
  const [folder = ""] = (readVariable("STATE_DIRECTORY") ?? "").split(":");
  return folder === "" ? null : folder;
}
