/** From `/proc/<pid>/stat`. */
interface ProcessInfo {
  readonly parent: number;
  /** R, S, Z and so on: see proc_pid_stat(5). */
  readonly state: string;
}

/** Null if the process is gone. */
function processInfo(pid: number): ProcessInfo | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The program's name is in parentheses and may contain spaces and parentheses.
    const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(parent), state };
  } catch {
    return null;
  }
}

/** The ids of a process's children, without zombies. */
export function childrenOf(pid: number): number[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    if (!/^\d+$/.test(name)) return [];
    const info = processInfo(Number(name));
    return info?.parent === pid && info.state !== "Z" ? [Number(name)] : [];
  });
}

/** Whether a process exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  const info = processInfo(pid);
  return info !== null && info.state !== "Z";
}

/** The number of a process's open file descriptors. */
export function descriptorsOf(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

/** A process's resident memory in bytes. */
export function memoryOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** The number of a process's threads. */
export function threadsOf(pid: number): number {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].length;
}

/** Whether a thread of the process waits for the other end of a named pipe, to open it. */
export function opensPipe(pid: number): boolean {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].some(({ name }) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/task/${name}/wchan`).includes("wait_for_partner");
    } catch {
      // The thread has ended.
      return false;
    }
  });
}

/** Milliseconds for which the threads of a process were ready to run but had no processor; 0 if the system does not tell. */
export function processorWait(pid: number): number {
  let nanoseconds = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    try {
      const [, waited] = Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`).split(" ");
      nanoseconds += Number(waited);
    } catch { // The thread has ended, or the system does not tell.
    }
  }
  return nanoseconds / 1e6;
}
