/**
 * Timers of a lane. In a thread, those of the runtime would load part of its
 * Node library, 1.5 MB in each; waiting in vain for a word of memory to change
 * takes as long, and loads nothing. It does not keep an event loop alive, as a
 * message port of a thread does, and so is not for the main thread.
 */
const IS_THREAD = "DedicatedWorkerGlobalScope" in globalThis;

/** Resolves after so many milliseconds, 1 at least. */
export async function sleep(milliseconds: number): Promise<void> {
  if (IS_THREAD) await wait(new Int32Array(new SharedArrayBuffer(4)), milliseconds);
  else await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Acts again and again, so many milliseconds apart, until it is stopped.
 *
 * @returns Stops it.
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
      if (Atomics.load(stopped, 0) !== 0) return;
      act();
    }
  })();
  return () => {
    Atomics.store(stopped, 0, 1);
    Atomics.notify(stopped, 0);
  };
}

/** Waits for a word to become other than 0, for so long at most. */
async function wait(word: Int32Array, milliseconds: number): Promise<void> {
  await Atomics.waitAsync(word, 0, 0, Math.max(1, milliseconds)).value;
}
