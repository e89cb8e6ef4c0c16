/** Waiting that is fair to a machine with other work. */

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Milliseconds between two looks. */
const STEP = 50;

/**
 * Looks until `find` returns something.
 *
 * A look that comes late, because this process or the machine was busy, costs no more
 * of the time than one that comes as planned.
 *
 * @param find Returns null until there is a result.
 * @param time In milliseconds.
 * @returns Null if the time is over.
 */
export async function find<T>(
  time: number,
  find: () => T | null | Promise<T | null>,
): Promise<T | null> {
  for (let left = time; left > 0; left -= STEP) {
    const found = await find();
    if (found !== null) return found;
    await pause(STEP);
  }
  return await find();
}

/** Waits until something holds; false if the time is over. */
export async function holds(
  time: number,
  predicate: () => boolean | Promise<boolean>,
): Promise<boolean> {
  return await find(time, async () => await predicate() || null) ?? false;
}
