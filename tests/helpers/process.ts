/** What the system says of a process. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** R, S, Z and so on, see proc_pid_stat(5). */
  readonly state: string;
}

/** A process; null when it is gone. */
export function processInfo(pid: number): ProcessInfo | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name of the program stands in parentheses and may have spaces.
    const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, parent: Number(parent), state };
  } catch {
    return null;
  }
}

/** The children of a process that are not zombies. */
export function childrenOf(pid: number): number[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    const info = processInfo(Number(name));
    return info?.parent === pid && info.state !== "Z" ? [info.pid] : [];
  });
}

/** Whether a process is there, and no zombie. */
export function isAlive(pid: number): boolean {
  const info = processInfo(pid);
  return info !== null && info.state !== "Z";
}

/** Open descriptors of a process. */
export function descriptorsOf(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** Resident memory of a process, in bytes. */
export function memoryOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Threads of a process. */
export function threadsOf(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].length;
}
