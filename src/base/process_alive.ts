import { isGranted } from "./permissions.ts";
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
    return !isZombie(pid);
  } catch (error) {
    // EPERM means that it is alive and belongs to another user.
    return (error as { code?: string }).code !== "ESRCH";
  }
}

/** Whether a process has ended, but not yet been collected by its parent; false without /proc. */
function isZombie(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The program's name is in parentheses and may contain them (proc_pid_stat(5)).
    return /^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
  } catch {
    return false;
  }
}
