/**
 * Timers for lanes. In a thread, the runtime's own timers would load part of its
 * Node library, 1.5 MB per thread. `Atomics.waitAsync` with a timeout loads nothing,
 * but does not keep the event loop alive: a thread has a message port for that, the
 * main thread does not.
 */
const IS_THREAD = "DedicatedWorkerGlobalScope" in globalThis;

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { load, notify, store, waitAsync } = Atomics;

/** Waits for a number of milliseconds, at least 1. */
export async function sleep(milliseconds: number): Promise<void> {
  if (IS_THREAD) await wait(new Int32Array(new SharedArrayBuffer(4)), milliseconds);
  else await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Calls a function at an interval, in milliseconds.
 *
 * @returns A function that stops the timer.
 */
export function every(milliseconds: number, act: () => void): () => void {
  if (!IS_THREAD) {
    const timer = setInterval(act, milliseconds);
    return () => clearInterval(timer);
  }
  const stopped = new Int32Array(new SharedArrayBuffer(4));
  void (async () => {
    for (;;) {
      await wait(stopped, milliseconds);
      if (load(stopped, 0) !== 0) return;
      act();
    }
  })();
  return () => {
    store(stopped, 0, 1);
    notify(stopped, 0);
  };
}

/** Waits until a word is no longer 0, or the time is up. */
async function wait(word: Int32Array, milliseconds: number): Promise<void> {
  await waitAsync(word, 0, 0, Math.max(1, milliseconds)).value;
}
