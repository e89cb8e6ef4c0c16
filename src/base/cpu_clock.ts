/**
 * Clocks of the CPU time that the calling thread has used. There are four, since
 * no source suits every use, and one of the whole process:
 *
 *     cpuTime         /proc stat       10 ms steps, loads nothing: for heartbeats
 *     loadCpuTime     Node's library   works in a sandbox; 2 MB per thread
 *     cpuClock        the C library    nanoseconds, cheap enough to poll; needs ffi
 *     schedulerTimes  /proc schedstat  time spent waiting, too; not on every kernel
 *     processorWait   /proc schedstat  of all threads, which takes some tenths of a millisecond
 */
import { openLibrary } from "./c_library.ts";

/** USER_HZ, the unit of `/proc`: 100 on every Linux that the runtime runs on. */
const MILLISECONDS_PER_TICK = 10;

/**
 * The thread's CPU time in milliseconds; 0 if /proc is missing, or denied by a
 * sandbox.
 */
export function cpuTime(): number {
  let stat: string;
  try {
    stat = Deno.readTextFileSync("/proc/thread-self/stat");
  } catch {
    return 0;
  }
  // The thread's name is in parentheses and may contain spaces: count fields after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return (user + system) * MILLISECONDS_PER_TICK;
}

/** Makes a {@linkcode cpuTime} that works in a sandbox. */
export async function loadCpuTime(): Promise<() => number> {
  const { default: process } = await import("node:process");
  return () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
}

const CLOCK_THREAD_CPUTIME_ID = 3;

/** Loading a function of the C library takes some tenths of a millisecond, so each thread does it once. */
let openClock: (() => number) | null = null;

/**
 * A clock of the thread's CPU time in milliseconds, exact to the nanosecond.
 * Without the C library or the permission to call it, as in a sandbox, it measures
 * elapsed time instead.
 */
export function cpuClock(): () => number {
  return openClock ??= openCpuClock();
}

function openCpuClock(): () => number {
  const library = openLibrary();
  if (library === null) return () => performance.now();
  // Loads it now: its first use may be within what the clock is to measure.
  const { clock_gettime } = library;
  // struct timespec: seconds and nanoseconds.
  const time = new BigInt64Array(2);
  const bytes = new Uint8Array(time.buffer);
  return () => {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, bytes);
    return Number(time[0]) * 1000 + Number(time[1]) / 1e6;
  };
}

/** The thread's scheduling statistics since it started, in nanoseconds. */
export interface SchedulerTimes {
  /** Time spent running. */
  readonly ran: number;
  /** Time spent ready to run, waiting for a processor. */
  readonly waited: number;
}

/**
 * The thread's times, from /proc/PID/schedstat (see scheduler/sched-stats in the
 * kernel's documentation).
 *
 * @throws {Error} If the file does not exist or cannot be read.
 */
export function schedulerTimes(): SchedulerTimes {
  const [ran = 0, waited = 0] = Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ")
    .map(Number);
  return { ran, waited };
}

/**
 * How long the threads of this process have been ready to run and waited for a processor,
 * altogether, in milliseconds; null if the system does not tell.
 */
export function processorWait(): number | null {
  let nanoseconds = 0;
  try {
    for (const { name } of Deno.readDirSync("/proc/self/task")) nanoseconds += waitOf(name);
  } catch {
    return null;
  }
  return nanoseconds / 1e6;
}

/** How long a thread has waited for a processor, in nanoseconds; 0 if it is gone. */
function waitOf(thread: string): number {
  try {
    return Number(Deno.readTextFileSync(`/proc/self/task/${thread}/schedstat`).split(" ")[1]);
  } catch {
    return 0;
  }
}

/** The shares of an interval, from 0 to 1, in which the thread ran and waited. */
export function sharesOf(before: SchedulerTimes, after: SchedulerTimes, milliseconds: number) {
  const share = (nanoseconds: number) => Math.min(1, nanoseconds / 1e6 / milliseconds);
  return {
    busy: share(after.ran - before.ran),
    waiting: share(after.waited - before.waited),
  };
}
