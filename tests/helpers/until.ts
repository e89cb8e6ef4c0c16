import { delay } from "@std/async/delay";

/** Long, in milliseconds, for a machine that is busy with other things. */
const DEADLINE = 30_000;

/**
 * Waits until something is there, and fails if it is not within a deadline.
 *
 * @param what What is waited for, for the message.
 * @param find Gives it; null as long as it is not there.
 * @param deadline Milliseconds.
 */
export async function waitFor<T>(
  what: string,
  find: () => T | null | Promise<T | null>,
  deadline = DEADLINE,
): Promise<T> {
  const end = performance.now() + deadline;
  for (;;) {
    const found = await find();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`Waited ${deadline} ms in vain until ${what}`);
    await delay(5);
  }
}

/** Waits until a predicate holds, as {@linkcode waitFor}. */
export async function until(
  what: string,
  predicate: () => boolean | Promise<boolean>,
  deadline?: number,
): Promise<void> {
  await waitFor(what, async () => await predicate() || null, deadline);
}
