import { openLibrary } from "./c_library.ts";

const CLOCK_THREAD_CPUTIME_ID = 3;

/** Opening the C library takes most of a millisecond, so it stays open as long as the thread lives. */
let clock: (() => number) | null = null;

/**
 * A clock that runs while this thread runs: the processor time that it has used,
 * in milliseconds, to the nanosecond. Where the C library cannot be asked, as in
 * a sandbox, it is an ordinary clock.
 */
export function threadClock(): () => number {
  return clock ??= openThreadClock();
}

function openThreadClock(): () => number {
  const library = openLibrary();
  if (library === null) return () => performance.now();
  // struct timespec: seconds and nanoseconds.
  const time = new BigInt64Array(2);
  const bytes = new Uint8Array(time.buffer);
  return () => {
    library.clock_gettime(CLOCK_THREAD_CPUTIME_ID, bytes);
    return Number(time[0]) * 1000 + Number(time[1]) / 1e6;
  };
}
