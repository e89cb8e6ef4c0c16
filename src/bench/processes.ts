/** What the system knows about a process and its descendants; see proc(5). */

/** USER_HZ, the unit of `/proc/PID/stat`: 100 on every Linux that Deno supports. */
const MICROSECONDS_PER_TICK = 10_000;

/** CPU time of all threads, in microseconds. */
export interface CpuTime {
  readonly user: number;
  readonly system: number;
}

/** A process and all its descendants. */
export function treeOf(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) => {
    const text = unlessGone(() => Deno.readTextFileSync(`/proc/${pid}/task/${task}/children`), "");
    return text.split(" ").filter((word) => word !== "").map(Number);
  });
  return [pid, ...children.flatMap(treeOf)];
}

/** Kills a process and its descendants, which might outlive it. */
export function killTree(pid: number): void {
  for (const member of treeOf(pid)) {
    unlessGone(() => Deno.kill(member, "SIGKILL"), undefined);
  }
}

/** CPU time of a process without its children; zero if it is gone. */
export function cpuOf(pid: number): CpuTime {
  const fields = statOf(pid);
  return {
    user: Number(fields[11] ?? 0) * MICROSECONDS_PER_TICK,
    system: Number(fields[12] ?? 0) * MICROSECONDS_PER_TICK,
  };
}

/** CPU time of this process's children that have ended and were waited for, in microseconds. */
export function cpuOfReaped(): number {
  const fields = statOf(Deno.pid);
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * MICROSECONDS_PER_TICK;
}

/** Resident memory of a process, in bytes. */
export interface Resident {
  /** Not shared. */
  readonly own: number;
  /** Mapped files, mainly of the program, which its processes share. */
  readonly files: number;
}

/** Resident memory of a process without its children; zero if it is gone. */
export function memoryOf(pid: number): Resident {
  const status = unlessGone(() => Deno.readTextFileSync(`/proc/${pid}/status`), "");
  const read = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { own: read("RssAnon") + read("RssShmem"), files: read("RssFile") };
}

/** Context switches of each thread of a process so far, by thread id. */
export function switchesOf(pid: number): ReadonlyMap<string, number> {
  return new Map(
    tasksOf(pid).map((task) => {
      const status = unlessGone(
        () => Deno.readTextFileSync(`/proc/${pid}/task/${task}/status`),
        "",
      );
      const counts = status.matchAll(/voluntary_ctxt_switches:\s+(\d+)/g);
      return [task, [...counts].reduce((sum, [, count]) => sum + Number(count), 0)];
    }),
  );
}

/** The ids of the threads of a process; none if it is gone. */
function tasksOf(pid: number): string[] {
  return unlessGone(() => [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name), []);
}

/** The fields of `/proc/PID/stat` from the third on; none if the process is gone. */
function statOf(pid: number): string[] {
  const stat = unlessGone(() => Deno.readTextFileSync(`/proc/${pid}/stat`), "");
  // The program's name stands in parentheses and may contain spaces.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Acts on a process or thread that may be gone, which the system reports as ENOENT or ESRCH. */
function unlessGone<T>(act: () => T, otherwise: T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return otherwise;
    if (error instanceof Error && /os error 3\)|ESRCH/.test(error.message)) return otherwise;
    throw error;
  }
}
