import { laterAfterInput } from "./timers.ts";

/**
 * Waits for a promise, but not forever. What settles it in time counts as in time, even if
 * something blocks the event loop meanwhile.
 *
 * @param milliseconds 0 means no limit.
 * @param late Makes the error if the time is up; the promise may still settle, unheard.
 */
export async function within<T>(
  milliseconds: number,
  promise: Promise<T>,
  late: () => Error,
): Promise<T> {
  if (milliseconds === 0) return await promise;
  const { promise: over, reject } = Promise.withResolvers<never>();
  const stop = laterAfterInput(milliseconds, () => reject(late()));
  try {
    return await Promise.race([promise, over]);
  } finally {
    stop();
  }
}
