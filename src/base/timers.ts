/**
 * Timers for lanes. In a thread, the runtime's own timers would load part of its
 * Node library, 1.5 MB per thread. `Atomics.waitAsync` with a timeout loads nothing,
 * but does not keep the event loop alive: a thread has a message port for that, the
 * main thread does not.
 */
const IS_THREAD = "DedicatedWorkerGlobalScope" in globalThis;

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { load, notify, store, waitAsync } = Atomics;

/** Waits, in milliseconds, in which the program receives what arrived before; one is not always enough. */
const INPUT_TURNS = [1, 1];

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
  if (IS_THREAD) return repeat([milliseconds], act);
  const timer = setInterval(act, milliseconds);
  return () => clearInterval(timer);
}

/**
 * Like {@linkcode every}, but calls the function once the program has received what
 * had arrived by then. When something has blocked the event loop, timers come before
 * reads: a function that judges who is silent would judge too early.
 *
 * @returns A function that stops the timer.
 */
export function everyAfterInput(milliseconds: number, act: () => void): () => void {
  const pauses = [milliseconds, ...INPUT_TURNS];
  if (IS_THREAD) return repeat(pauses, act);
  let passed = 0;
  let timer: ReturnType<typeof setTimeout>;
  const next = () => {
    timer = setTimeout(next, pauses[++passed % pauses.length]);
    if (passed % pauses.length === 0) act();
  };
  timer = setTimeout(next, milliseconds);
  return () => clearTimeout(timer);
}

/** Calls a function again and again, each time after all of the pauses. */
function repeat(pauses: readonly number[], act: () => void): () => void {
  const stopped = new Int32Array(new SharedArrayBuffer(4));
  void (async () => {
    for (;;) {
      for (const pause of pauses) await wait(stopped, pause);
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
