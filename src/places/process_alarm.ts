import { type Library, openLibrary } from "../base/c_library.ts";

/** How much longer than the parent's timeout the alarm waits for a heartbeat, in milliseconds. */
const PATIENCE = 2000;

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
 * before any heartbeat. So its first signal is caught, and only the second one, in
 * whose time the process must have been running, ends the process.
 *
 * @param limit Returns how long the parent waits for a heartbeat, in milliseconds; 0 is
 * for ever. Called with each heartbeat.
 * @returns Restarts the timer.
 */
export function startOrphanAlarm(limit: () => number): () => void {
  const library = openLibrary();
  if (library === null) return () => {};
  const action = catchOnce(library);
  function restart(): void {
    const milliseconds = limit();
    const timer = everyTime(milliseconds === 0 ? 0 : (milliseconds + PATIENCE) / 2);
    library?.sigaction(SIGALRM, action, null);
    library?.setitimer(ITIMER_REAL, timer, null);
  }
  restart();
  return restart;
}

/** Makes a struct sigaction that catches one signal, and does nothing with it. */
function catchOnce({ labs }: Library): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(SIGACTION_BYTES));
  view.setBigUint64(0, BigInt(Deno.UnsafePointer.value(labs)), true);
  view.setUint32(FLAGS, SA_RESETHAND + SA_RESTART, true);
  return new Uint8Array(view.buffer);
}

/** Makes a struct itimerval, which stops the timer if it is 0: the interval and the first time, each in seconds and microseconds. */
function everyTime(milliseconds: number): Uint8Array<ArrayBuffer> {
  const seconds = BigInt(Math.floor(milliseconds / 1000));
  const microseconds = BigInt(Math.floor(milliseconds % 1000) * 1000);
  return new Uint8Array(
    new BigInt64Array([seconds, microseconds, seconds, microseconds]).buffer,
  );
}
