import { every } from "../../base/timers.ts";

/** Waits so many milliseconds, 1 at least, or until a signal aborts; it never rejects. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  const stop = every(milliseconds, wake);
  signal.addEventListener("abort", wake);
  await promise;
  signal.removeEventListener("abort", wake);
  stop();
}
