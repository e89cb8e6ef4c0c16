import { delay } from "@std/async/delay";

/** Milliseconds; generous, for a loaded machine. */
const DEADLINE = 30_000;

/**
 * Polls until `find` returns something.
 *
 * @param what A clause for the error message, such as "the server serves".
 * @param find Returns null until there is a result.
 * @param deadline In milliseconds.
 * @throws {Error} At the deadline.
 */
export async function waitFor<T>(
  what: string,
  find: () => T | null | Promise<T | null>,
  deadline = DEADLINE,
): Promise<T> {
  const end = performance.now() + deadline;
  for (;;) {
    // Taken before: if this process stood still since the last look, there is one more.
    const isLate = performance.now() > end;
    const found = await find();
    if (found !== null) return found;
    if (isLate) {
      throw new Error(`Timed out after ${deadline} ms waiting until ${what}`);
    }
    await delay(5);
  }
}

/** Polls until a predicate holds; see {@linkcode waitFor}. */
export async function until(
  what: string,
  predicate: () => boolean | Promise<boolean>,
  deadline?: number,
): Promise<void> {
  await waitFor(what, async () => await predicate() || null, deadline);
}
