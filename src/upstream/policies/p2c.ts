import type { BoardRow } from "../board_row.ts";
import type { View } from "../view.ts";
import type { Policy } from "./policy.ts";

/** How many draws may come to nothing. */
const MAX_DRAWS = 16;
/** How many draws may give the same backend again. */
const MAX_REDRAWS = 8;
/**
 * Latencies below this count as equal, in milliseconds: they tell more of the two ends' event
 * loops than of the backends. If they counted, one slow turn would keep all clients from an idle
 * backend, which loses every comparison until its average has sunk.
 */
const LEAST_LATENCY = 5;

/**
 * The power of two choices: of two backends drawn at random by weight, the one whose clients
 * wait less, by connections in flight and latency (Mitzenmacher; the average of latencies is
 * Finagle's, see `peak_average.ts`). Threads that pick at once do not all pick the same one.
 */
export class PowerOfTwo implements Policy {
  pick(view: View, _key: string, exclude: ReadonlySet<BoardRow> | null): number {
    const first = drawAvailable(view, exclude);
    if (first < 0) return view.search(exclude);
    for (let draws = 0; draws < MAX_REDRAWS; draws++) {
      const second = view.draw();
      if (second === first || !view.isAvailable(second, exclude)) continue;
      return costOf(view, second) < costOf(view, first) ? second : first;
    }
    return first;
  }
}

function drawAvailable(view: View, exclude: ReadonlySet<BoardRow> | null): number {
  for (let draws = 0; draws < MAX_DRAWS; draws++) {
    const index = view.draw();
    if (index < 0 || view.isAvailable(index, exclude)) return index;
  }
  return -1;
}

/**
 * The latency times the connections that share it, the new one included. The weight counts
 * only for the others, since the draw was by weight already: so idle backends cost the same,
 * and get as many clients as their weights say. Only whole connections, of a backend of mean
 * weight, count: or a light backend would get too much of a group that has little to do.
 */
function costOf(view: View, index: number): number {
  const relativeWeight = (view.shares[index] ?? 0) * view.size / view.total;
  const latency = Math.max(LEAST_LATENCY, view.latency(index));
  return latency * (1 + Math.floor(view.inFlight(index) / relativeWeight));
}
