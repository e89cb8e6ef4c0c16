import { openLibrary } from "../base/c_library.ts";

/** How much longer than the parent the alarm waits for a heartbeat, in seconds. */
const PATIENCE = 2;

/**
 * Kills this process if it hangs after its parent has died and can no longer do
 * it: with an alarm of the system (alarm(2)) that each heartbeat restarts.
 *
 * @param workerTimeout Milliseconds; 0 is never.
 * @returns Restarts the alarm.
 */
export function startOrphanAlarm(workerTimeout: number): () => void {
  const library = openLibrary();
  if (library === null || workerTimeout === 0) return () => {};
  const seconds = Math.ceil(workerTimeout / 1000) + PATIENCE;
  library.alarm(seconds);
  return () => void library.alarm(seconds);
}
