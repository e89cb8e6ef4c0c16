import { delay } from "@std/async/delay";

/** Long, in milliseconds, for a machine that is busy with other things; who waits in vain has failed. */
const DEADLINE = 30_000;

/**
 * Waits until a predicate holds, and fails if it does not within a deadline.
 *
 * @param what What is waited for, for the message.
 * @param deadline Milliseconds.
 */
export async function until(
  what: string,
  predicate: () => boolean | Promise<boolean>,
  deadline = DEADLINE,
): Promise<void> {
  const end = performance.now() + deadline;
  while (!await predicate()) {
    if (performance.now() > end) throw new Error(`Waited ${deadline} ms in vain until ${what}`);
    await delay(5);
  }
}
