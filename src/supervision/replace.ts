import { delay } from "@std/async/delay";
import type { SupervisionSettings } from "./settings.ts";
import type { SupervisedLane } from "./supervised_lane.ts";

/** What clients have to finish a connect that is on its way to an old socket, in milliseconds. */
const SETTLE = 200;

/**
 * Retires lanes whose place others have taken; resolves when only these take
 * new connections. Where each has a socket of its own, new clients are first
 * steered past the old sockets, since what is in the queue of a socket when it
 * closes is lost.
 *
 * @param doors Lanes that took connections before the new ones did.
 * @returns Whether no client could be lost.
 */
export async function replaceLanes(
  old: readonly SupervisedLane[],
  fresh: readonly SupervisedLane[],
  doors: number,
  settings: SupervisionSettings,
): Promise<boolean> {
  const [steersman] = fresh;
  const retire = () => Promise.all(old.map((lane) => lane.retire(settings)));
  if (old.length === 0 || steersman?.generation.plan.sharing !== "reusePort") {
    await retire();
    return true;
  }
  const isSteered = await steersman.handle.setReuseportFilter({
    first: doors,
    count: fresh.length,
  });
  if (isSteered) {
    await delay(SETTLE);
    // When an old socket closes, the last one takes its number; this one keeps its own the longest.
    await steersman.handle.setReuseportFilter({ first: doors, count: 1 });
    await retire();
    // By all, so that it happens though one has just died.
    await Promise.all(fresh.map((lane) => lane.handle.setReuseportFilter(null)));
  } else await retire();
  return isSteered;
}
