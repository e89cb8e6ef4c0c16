import type { BoardRow } from "../board_row.ts";
import type { View } from "../view.ts";
import type { Policy } from "./policy.ts";

/** Up to this size of a group, all backends are compared. */
const MAX_COMPARED = 32;
/** In a larger one, as many are drawn. */
const DRAWS = 8;
/** Hides what the rounding of fractions leaves. */
const EPSILON = 1e-9;

/**
 * The backend with the fewest connections of all threads. What is compared is by how many
 * whole connections each exceeds its share, by weight, of the connections of all: with equal
 * weights, that is their number, and an idle group is shared by weight. (Connections divided
 * by weight, as nginx compares, would give a light backend in a group with little to do a
 * quarter too much.) Of several, each gets as many clients as its weight says, in smooth turns.
 *
 * In a group of more than 32, comparing all would cost more than it is worth: eight are drawn
 * at random by weight, and compared. With that many, the most loaded backend has hardly more
 * than the mean (Mitzenmacher, "The power of two choices in randomized load balancing", 2001).
 */
export class LeastConnections implements Policy {
  #membership = -1;
  /** What each backend has of the smooth turns; see `round_robin.ts`. */
  #points = new Float64Array(0);
  /** The backends that are compared, and their connections; the latter become their excess. */
  readonly #indexes = new Uint16Array(MAX_COMPARED);
  readonly #loads = new Float64Array(MAX_COMPARED);
  #size = 0;

  pick(view: View, _key: string, exclude: ReadonlySet<BoardRow> | null): number {
    const isSampled = view.size > MAX_COMPARED;
    if (isSampled) this.#drawSome(view, exclude);
    else this.#takeAll(view, exclude);
    if (this.#size === 0) return isSampled ? view.search(exclude) : -1;
    const least = this.#compare(view);
    // What is drawn first was drawn by weight.
    return isSampled
      ? this.#indexes[this.#loads.indexOf(least)] ?? -1
      : this.#takeTurn(view, least);
  }

  #takeAll(view: View, exclude: ReadonlySet<BoardRow> | null): void {
    this.#size = 0;
    for (let index = 0; index < view.size; index++) this.#add(view, index, exclude);
  }

  #drawSome(view: View, exclude: ReadonlySet<BoardRow> | null): void {
    this.#size = 0;
    for (let draws = 0; draws < DRAWS; draws++) this.#add(view, view.draw(), exclude);
  }

  #add(view: View, index: number, exclude: ReadonlySet<BoardRow> | null): void {
    if (!view.isAvailable(index, exclude)) return;
    this.#indexes[this.#size] = index;
    this.#loads[this.#size++] = view.inFlight(index);
  }

  /** @returns The least excess, in whole connections. */
  #compare(view: View): number {
    let [connections, shares, least] = [1, 0, Infinity];
    for (let i = 0; i < this.#size; i++) {
      connections += this.#loads[i] ?? 0;
      shares += view.shares[this.#indexes[i] ?? 0] ?? 0;
    }
    for (let i = 0; i < this.#size; i++) {
      const due = connections * (view.shares[this.#indexes[i] ?? 0] ?? 0) / shares;
      const excess = Math.floor((this.#loads[i] ?? 0) - due + EPSILON);
      this.#loads[i] = excess;
      if (excess < least) least = excess;
    }
    return least;
  }

  /** Smooth weighted round robin among those with an excess. */
  #takeTurn(view: View, excess: number): number {
    if (view.membership !== this.#membership) {
      this.#membership = view.membership;
      this.#points = new Float64Array(view.size);
    }
    let [best, most, price] = [-1, -Infinity, 0];
    for (let i = 0; i < this.#size; i++) {
      if (this.#loads[i] !== excess) continue;
      const index = this.#indexes[i] ?? 0;
      const share = view.shares[index] ?? 0;
      const sum = (this.#points[index] ?? 0) + share;
      this.#points[index] = sum;
      price += share;
      if (sum > most) [best, most] = [index, sum];
    }
    this.#points[best] = most - price;
    return best;
  }
}
