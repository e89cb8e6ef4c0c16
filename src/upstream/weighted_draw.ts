/**
 * Draws an index at random, with a probability in proportion to its weight, in constant time:
 * Walker's alias method, prepared as by Vose ("A linear algorithm for generating random
 * numbers with a given distribution", 1991).
 */
export class WeightedDraw {
  readonly #random: () => number;
  /** For each slot, the probability that it gives its own index. */
  readonly #own: Float64Array;
  /** For each slot, what it gives otherwise. */
  readonly #other: Uint16Array;

  /**
   * @param weights At least one of them positive, none negative; at most 65,536.
   * @param random Numbers from 0 to 1, exclusive.
   */
  constructor(weights: Float64Array, random: () => number) {
    const { length } = weights;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.#random = random;
    this.#own = weights.map((weight) => weight * length / total);
    this.#other = new Uint16Array(length);
    const [poor, rich]: [number[], number[]] = [[], []];
    this.#own.forEach((share, slot) => (share < 1 ? poor : rich).push(slot));
    for (let slot = poor.pop(), giver = rich.pop(); slot !== undefined; slot = poor.pop()) {
      // Rounding may leave a slot that lacks almost nothing.
      if (giver === undefined) break;
      this.#other[slot] = giver;
      const rest = (this.#own[giver] ?? 0) - (1 - (this.#own[slot] ?? 0));
      this.#own[giver] = rest;
      if (rest >= 1) continue;
      poor.push(giver);
      giver = rich.pop();
    }
  }

  next(): number {
    const place = this.#random() * this.#own.length;
    const slot = Math.floor(place);
    return place - slot < (this.#own[slot] ?? 0) ? slot : this.#other[slot] ?? slot;
  }
}
