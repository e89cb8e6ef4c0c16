/** The times of this thread, in nanoseconds. */
export interface OwnTime {
  /** In which it ran. */
  readonly ran: number;
  /** In which it could have run, and waited for a processor. */
  readonly waited: number;
}

/** The times of this thread so far; see /proc/PID/schedstat in the kernel's scheduler/sched-stats. */
export function ownTime(): OwnTime {
  const [ran, waited] = Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ").map(Number);
  return { ran: ran ?? 0, waited: waited ?? 0 };
}

/** Two times as shares of so many milliseconds. */
export function sharesOf(before: OwnTime, after: OwnTime, milliseconds: number) {
  const share = (nanoseconds: number) => Math.min(1, nanoseconds / 1e6 / milliseconds);
  return {
    busy: share(after.ran - before.ran),
    waiting: share(after.waited - before.waited),
  };
}
