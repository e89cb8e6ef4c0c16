/** What the system knows of a process and of all that it started; see proc(5). */

/** USER_HZ, the unit of `/proc/PID/stat`: 100 on every Linux that Deno runs on. */
export const MICROSECONDS_PER_TICK = 10_000;

/** CPU time in microseconds, all threads. */
export interface CpuTime {
  readonly user: number;
  readonly system: number;
}

/** A process and its children, and theirs. */
export function treeOf(pid: number): number[] {
  const tasks = unlessGone(() => [...Deno.readDirSync(`/proc/${pid}/task`)], []);
  const children = tasks.flatMap(({ name }) => {
    const text = unlessGone(() => Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`), "");
    return text.split(" ").filter((word) => word !== "").map(Number);
  });
  return [pid, ...children.flatMap(treeOf)];
}

/** Kills a process and all that it started: without their parent these would end later, or never. */
export function killTree(pid: number): void {
  for (const member of treeOf(pid)) {
    unlessGone(() => Deno.kill(member, "SIGKILL"), undefined);
  }
}

/** CPU time of a process without its children; none of one that is gone. */
export function cpuOf(pid: number): CpuTime {
  const fields = statOf(pid);
  return {
    user: Number(fields[11] ?? 0) * MICROSECONDS_PER_TICK,
    system: Number(fields[12] ?? 0) * MICROSECONDS_PER_TICK,
  };
}

/** CPU time of the children of this process that have ended and were waited for, in microseconds. */
export function cpuOfReaped(): number {
  const fields = statOf(Deno.pid);
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * MICROSECONDS_PER_TICK;
}

/** Resident memory of a process, in bytes. */
export interface Resident {
  /** Its own. */
  readonly own: number;
  /** That of files, the program's above all, which processes of one program share. */
  readonly files: number;
}

/** Resident memory of a process without its children; none of one that is gone. */
export function memoryOf(pid: number): Resident {
  const status = unlessGone(() => Deno.readTextFileSync(`/proc/${pid}/status`), "");
  const read = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { own: read("RssAnon") + read("RssShmem"), files: read("RssFile") };
}

/** Context switches of each thread of a process so far, by the thread's id. */
export function switchesOf(pid: number): ReadonlyMap<string, number> {
  const tasks = unlessGone(() => [...Deno.readDirSync(`/proc/${pid}/task`)], []);
  return new Map(tasks.map(({ name }) => {
    const status = unlessGone(() => Deno.readTextFileSync(`/proc/${pid}/task/${name}/status`), "");
    const counts = status.matchAll(/voluntary_ctxt_switches:\s+(\d+)/g);
    return [name, [...counts].reduce((sum, [, count]) => sum + Number(count), 0)];
  }));
}

/** The fields of `/proc/PID/stat` from the third on; none of a process that is gone. */
function statOf(pid: number): string[] {
  const stat = unlessGone(() => Deno.readTextFileSync(`/proc/${pid}/stat`), "");
  // The name of the program stands in parentheses and may have spaces; count from behind it.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Does something to a process or a thread that may be gone; the system says so as ENOENT or ESRCH. */
function unlessGone<T>(act: () => T, otherwise: T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return otherwise;
    if (error instanceof Error && /os error 3\)|ESRCH/.test(error.message)) return otherwise;
    throw error;
  }
}
