import { openLibrary } from "../base/c_library.ts";

/** How much longer than the parent's timeout the alarm waits for a heartbeat, in seconds. */
const PATIENCE = 2;

/**
 * Kills this process if it hangs after the death of its parent, which can then no
 * longer do so: each heartbeat restarts an alarm(2).
 *
 * @param workerTimeout In milliseconds; 0 is never.
 * @returns Restarts the alarm.
 */
export function startOrphanAlarm(workerTimeout: number): () => void {
  const library = openLibrary();
  if (library === null || workerTimeout === 0) return () => {};
  const seconds = Math.ceil(workerTimeout / 1000) + PATIENCE;
  library.alarm(seconds);
  return () => void library.alarm(seconds);
}
