import { delay } from "@std/async/delay";
import type { SupervisionSettings } from "./settings.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** How long connects that are under way to an old socket may take to arrive, in milliseconds. */
const SETTLE = 200;

/**
 * Retires lanes that others replace; resolves when only the new ones accept.
 * Where each lane has a listening socket of its own, a reuseport filter first
 * sends new clients to the new sockets, because closing a socket resets the
 * clients in its accept queue.
 *
 * @param listening How many sockets listened before those of the new lanes.
 * @returns Whether no client could be lost.
 */
export async function replaceLanes(
  old: readonly SupervisedLane[],
  fresh: readonly SupervisedLane[],
  listening: number,
  settings: SupervisionSettings,
): Promise<boolean> {
  const [first] = fresh;
  const retire = () => Promise.all(old.map((lane) => lane.retire(settings)));
  if (old.length === 0 || first?.generation.plan.sharing !== "reusePort") {
    await retire();
    return true;
  }
  const { handle } = first;
  const isFiltered = await handle.setReuseportFilter({ first: listening, count: fresh.length });
  if (isFiltered) {
    await delay(SETTLE);
    // When a socket closes, the last one of the group takes its index; this one keeps its own longest.
    await handle.setReuseportFilter({ first: listening, count: 1 });
    await retire();
    // All lanes remove the filter, in case one has just died.
    await Promise.all(fresh.map((lane) => lane.handle.setReuseportFilter(null)));
  } else await retire();
  return isFiltered;
}
