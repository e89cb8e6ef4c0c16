import { type Library, openLibrary } from "../base/c_library.ts";

/** The number of the signal; also the seconds for which the process goes on after the first one. */
const SIGALRM = 14;
const ITIMER_REAL = 0;
/** Calls the handler once, and then takes the default action, which ends the process. */
const SA_RESETHAND = 0x80000000;
const SA_RESTART = 0x10000000;
/** The layout of struct sigaction on 64-bit Linux, in glibc and musl alike: handler, mask, flags, restorer. */
const SIGACTION_BYTES = 152;
const FLAGS = 136;

/**
 * Kills this process if it hangs after the death of its parent, which can then no
 * longer do so: each heartbeat restarts a timer of the kernel.
 *
 * The timer also runs while the process is stopped, and fires when it continues,
 * before any heartbeat. So its first signal only starts it anew, from the time at
 * which the process runs again, and the second one ends the process.
 *
 * @param limit Returns how long the parent waits for a heartbeat, in milliseconds; 0 is
 * forever. Called with each heartbeat.
 * @returns Restarts the timer.
 */
export function startOrphanAlarm(limit: () => number): () => void {
  const library = openLibrary();
  if (library === null) return () => {};
  const action = startAnewOnce(library);
  function restart(): void {
    const timer = after(limit());
    library?.sigaction(SIGALRM, action, null);
    library?.setitimer(ITIMER_REAL, timer, null);
  }
  restart();
  return restart;
}

/**
 * Makes a struct sigaction whose handler, alarm(2), gets the number of the signal, and
 * takes it for the seconds until the next one.
 */
function startAnewOnce({ alarm }: Library): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(SIGACTION_BYTES));
  view.setBigUint64(0, BigInt(Deno.UnsafePointer.value(alarm)), true);
  view.setUint32(FLAGS, SA_RESETHAND + SA_RESTART, true);
  return new Uint8Array(view.buffer);
}

/** Makes a struct itimerval, which stops the timer if it is 0: no interval, and the time in seconds and microseconds. */
function after(milliseconds: number): Uint8Array<ArrayBuffer> {
  const seconds = BigInt(Math.floor(milliseconds / 1000));
  const microseconds = BigInt(Math.floor(milliseconds % 1000) * 1000);
  return new Uint8Array(new BigInt64Array([0n, 0n, seconds, microseconds]).buffer);
}
