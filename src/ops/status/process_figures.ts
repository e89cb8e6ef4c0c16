import type { Status } from "./status.ts";

/** USER_HZ, the unit of /proc: 100 on every Linux that the runtime runs on. */
const TICKS_PER_SECOND = 100;
const DESCRIPTORS = "/proc/self/fd";

/**
 * Reads the figures of this process, in any of its threads; 0 or null for what the system does
 * not tell.
 */
export function processFigures(): Status["process"] {
  return {
    cpu_s: cpuSeconds(read("/proc/self/stat")),
    memory: Deno.memoryUsage().rss,
    open_files: openFiles(),
    max_files: maxFiles(read("/proc/self/limits")),
  };
}

/** The CPU time of all threads, from the text of /proc/self/stat: proc_pid_stat(5). */
export function cpuSeconds(stat: string): number {
  // The name of the program is in parentheses and may contain spaces: count fields after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks / TICKS_PER_SECOND : 0;
}

/** The soft limit of open files, from the text of /proc/self/limits; null if there is none. */
export function maxFiles(limits: string): number | null {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === undefined ? null : Number(soft);
}

function openFiles(): number | null {
  try {
    // The size is their number since Linux 6.2: listing thousands would hold up the event loop.
    const { size } = Deno.statSync(DESCRIPTORS);
    return size > 0 ? size : [...Deno.readDirSync(DESCRIPTORS)].length;
  } catch {
    return null;
  }
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch { // No Linux, or no permission.
    return "";
  }
}
