import { isGranted } from "./permissions.ts";
import { readProcessStat } from "./process_stat.ts";
import process from "node:process";

/**
 * Whether a process runs, as far as this one can tell. Without `--allow-run`
 * every process counts as alive; one in another container is not seen.
 *
 * Sends signal 0, which only checks for the process. `Deno.kill` has no signal 0, and Deno
 * opens /proc only with `--allow-all`, hence node:process.
 */
export function isProcessAlive(pid: number): boolean {
  // Without the permission, the runtime would ask for it on a terminal.
  if (!isGranted({ name: "run" })) return true;
  try {
    process.kill(pid, 0);
    // It may have ended without its parent having waited for it.
    return !/[ZX]/.test(readProcessStat(pid)?.state ?? "");
  } catch (error) {
    // EPERM means that it is alive and belongs to another user.
    return (error as { code?: string }).code !== "ESRCH";
  }
}
