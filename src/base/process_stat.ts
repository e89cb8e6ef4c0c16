/** What Linux tells of a process: proc_pid_stat(5). */
export interface ProcessStat {
  /** A letter: `Z` has ended, and its parent has not waited for it yet. */
  readonly state: string;
  readonly parent: number;
  /** When it began, in clock ticks since the machine started. */
  readonly start: number;
}

/** Reads what Linux tells of a process; null if it is gone, or without /proc. */
export function readProcessStat(pid: number | string): ProcessStat | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The program's name is in parentheses and may contain them; the state follows.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", parent] = fields;
    return { state, parent: Number(parent), start: Number(fields[19]) };
  } catch {
    return null;
  }
}
