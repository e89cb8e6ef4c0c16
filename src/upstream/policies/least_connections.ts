import type { BoardRow } from "../board_row.ts";
import type { View } from "../view.ts";
import type { Policy } from "./policy.ts";

/** Up to this size of a group, all backends are compared. */
const MAX_COMPARED = 48;
/** In a larger one, as many are drawn. */
const DRAWS = 16;

/**
 * The backend with the fewest connections of all threads, relative to its weight. Of several,
 * each gets as many clients as its weight says, in smooth turns.
 *
 * In a group of more than 48, comparing all would cost more than it is worth: the best of 16
 * drawn at random by weight is chosen. With that many, the most loaded backend has hardly
 * more than the mean (Mitzenmacher, "The power of two choices in randomized load balancing").
 */
export class LeastConnections implements Policy {
  #membership = -1;
  #points = new Float64Array(0);
  readonly #loads = new Float64Array(MAX_COMPARED);

  pick(view: View, _key: string, exclude: ReadonlySet<BoardRow> | null): number {
    return view.size > MAX_COMPARED ? sample(view, exclude) : this.#compare(view, exclude);
  }

  #compare(view: View, exclude: ReadonlySet<BoardRow> | null): number {
    let least = Infinity;
    for (let index = 0; index < view.size; index++) {
      const load = view.isAvailable(index, exclude) ? loadOf(view, index) : Infinity;
      this.#loads[index] = load;
      if (load < least) least = load;
    }
    return least === Infinity ? -1 : this.#takeTurn(view, least);
  }

  /** Smooth weighted round robin among those with a load; see `round_robin.ts`. */
  #takeTurn(view: View, load: number): number {
    if (view.membership !== this.#membership) {
      this.#membership = view.membership;
      this.#points = new Float64Array(view.size);
    }
    const points = this.#points;
    let [best, most, price] = [-1, -Infinity, 0];
    for (let index = 0; index < view.size; index++) {
      if (this.#loads[index] !== load) continue;
      const share = view.shares[index] ?? 0;
      const sum = (points[index] ?? 0) + share;
      points[index] = sum;
      price += share;
      if (sum > most) [best, most] = [index, sum];
    }
    points[best] = most - price;
    return best;
  }
}

/** The least loaded of some; the first one drawn if several are. */
function sample(view: View, exclude: ReadonlySet<BoardRow> | null): number {
  let [best, least] = [-1, Infinity];
  for (let draws = 0; draws < DRAWS && least > 0; draws++) {
    const index = view.draw();
    if (!view.isAvailable(index, exclude)) continue;
    const load = loadOf(view, index);
    if (load < least) [best, least] = [index, load];
  }
  return best >= 0 ? best : view.search(exclude);
}

function loadOf(view: View, index: number): number {
  return view.inFlight(index) / (view.shares[index] ?? 0);
}
