import { type Library, openLibrary } from "../base/c_library.ts";

/** The number of the signal; also the seconds for which the process goes on after the first one. */
const SIGALRM = 14;
/** Milliseconds after a drain in which the process ends by itself. */
const DRAIN_SLACK = 1000;
const ITIMER_REAL = 0;
/** A signal that nobody uses (signal(7)); also the seconds that its handler gives the process. */
const SIGSTKFLT = 16;
const PR_SET_PDEATHSIG = 1;
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
 * Without a limit there is no such timer: then the death of the parent starts one.
 *
 * A process that runs notices the end of its parent itself, and ends once it has drained. Should a
 * handler have broken what it needs for that, the timer kills it as well: the first heartbeat
 * after the death of the parent starts it for the last time.
 *
 * @param limit Returns how long the parent waits for a heartbeat, in milliseconds; 0 is
 * forever. Called with each heartbeat.
 * @param drainLimit How long the process may drain after the death of its parent, in milliseconds.
 * @returns Restarts the timer.
 */
export function startOrphanAlarm(limit: () => number, drainLimit: number): () => void {
  const library = openLibrary();
  if (library === null) return () => {};
  const action = callAlarm(library, SA_RESETHAND + SA_RESTART);
  const parent = library.getppid();
  let isWatched = false;
  let isOrphan = false;
  function restart(): void {
    if (isOrphan) return;
    isOrphan = library?.getppid() !== parent;
    const time = isOrphan ? drainLimit + DRAIN_SLACK : limit();
    if (time === 0 && !isWatched && library !== null) {
      isWatched = true;
      startAtDeathOfParent(library);
    }
    const timer = after(time);
    library?.sigaction(SIGALRM, action, null);
    library?.setitimer(ITIMER_REAL, timer, null);
  }
  restart();
  return restart;
}

/**
 * Has the system start the timer when the parent dies. It may send the signal several times,
 * once for each thread of the parent: each one starts the timer anew.
 */
function startAtDeathOfParent(library: Library): void {
  library.sigaction(SIGSTKFLT, callAlarm(library, SA_RESTART), null);
  library.prctl(PR_SET_PDEATHSIG, BigInt(SIGSTKFLT));
}

/**
 * Makes a struct sigaction whose handler, alarm(2), gets the number of the signal, and
 * takes it for the seconds until SIGALRM.
 */
function callAlarm({ alarm }: Library, flags: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(SIGACTION_BYTES));
  view.setBigUint64(0, BigInt(Deno.UnsafePointer.value(alarm)), true);
  view.setUint32(FLAGS, flags, true);
  return new Uint8Array(view.buffer);
}

/** Makes a struct itimerval, which stops the timer if it is 0: no interval, and the time in seconds and microseconds. */
function after(milliseconds: number): Uint8Array<ArrayBuffer> {
  const seconds = BigInt(Math.floor(milliseconds / 1000));
  const microseconds = BigInt(Math.floor(milliseconds % 1000) * 1000);
  return new Uint8Array(new BigInt64Array([0n, 0n, seconds, microseconds]).buffer);
}
