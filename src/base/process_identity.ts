/** Which process it is: a process id alone is used again, after a restart of the machine above all. */
import { isProcessAlive } from "./process_alive.ts";
import { readProcessStat } from "./process_stat.ts";

/** A process, told apart from all others that had or will have its id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in clock ticks since the machine started (proc_pid_stat(5)); null if unknown. */
  readonly ticks: number | null;
  /** The id of this run of the machine (random(4)); null if unknown. */
  readonly boot: string | null;
}

/** Of this process; never throws. */
export function ownIdentity(): ProcessIdentity {
  return { pid: Deno.pid, ticks: readProcessStat(Deno.pid)?.start ?? null, boot: bootId() };
}

/** The id of this run of the machine; null where the system or the runtime does not tell. */
function bootId(): string | null {
  try {
    return Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim();
  } catch {
    return null;
  }
}

/** Whether the machine has been started again since a process ran; false if that is unknown. */
export function isBeforeBoot({ boot }: Pick<ProcessIdentity, "boot">): boolean {
  const now = bootId();
  return boot !== null && now !== null && boot !== now;
}

/**
 * Whether a process still runs, as far as this one can tell: what is unknown of it counts as the
 * same.
 */
export function isStillAlive({ pid, ticks, boot }: ProcessIdentity): boolean {
  if (isBeforeBoot({ boot }) || !isProcessAlive(pid)) return false;
  const found = readProcessStat(pid)?.start ?? null;
  return ticks === null || found === null || ticks === found;
}
