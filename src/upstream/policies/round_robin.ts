import type { BoardRow } from "../board_row.ts";
import type { View } from "../view.ts";
import type { Policy } from "./policy.ts";

/** How many turns may come to nothing, since their backends are ejected or full. */
const MAX_TURNS = 64;
/** How many different weights are kept apart. */
const MAX_WEIGHTS = 64;
/** Into how many classes the weights from one to twice of it fall if there are more. */
const CLASSES_PER_OCTAVE = 3;
/** The schedule begins after a random number of turns, less than this. */
const MAX_SKIPPED = 512;

/**
 * Smooth weighted round robin, nginx's algorithm: at each turn, every backend gets as many
 * points as its weight; the one with most has the turn, and pays as many points as all got.
 * So weights 5, 1, 1 give a a b a c a a.
 *
 * Backends of the same weight have their turns one after the other, so it is enough to look
 * at the next one of each weight: the turns are the same as nginx's, but cost as many steps
 * as there are different weights. If there are more than 64, similar ones form a class, whose
 * next backend lets its turn pass now and then: shares are exact, the order is nearly so.
 *
 * A turn of a backend that is not available is lost, so the others keep their shares.
 */
export class RoundRobin implements Policy {
  #revision = -1;
  #classes: readonly WeightClass[] = [];
  #total = 0;

  pick(view: View, _key: string, exclude: ReadonlySet<BoardRow> | null): number {
    if (view.revision !== this.#revision) this.#prepare(view);
    if (view.total === 0) return -1;
    for (let turns = 0; turns < MAX_TURNS; turns++) {
      const index = this.#next();
      if (view.isAvailable(index, exclude)) return index;
    }
    return view.search(exclude);
  }

  #next(): number {
    let best: WeightClass | null = null;
    for (const group of this.#classes) {
      group.points += group.mean;
      if (best === null || group.isBefore(best)) best = group;
    }
    return best?.next(this.#total) ?? -1;
  }

  /**
   * Begins anew, at a random place: or all lanes would begin with the same backend, and some
   * backends would gain from every change.
   */
  #prepare(view: View): void {
    const classes = new Map<number, number[]>();
    const areMany = new Set(view.shares).size > MAX_WEIGHTS;
    view.shares.forEach((share, index) => {
      if (share === 0) return;
      const key = areMany ? Math.floor(Math.log2(share) * CLASSES_PER_OCTAVE) : share;
      const members = classes.get(key);
      if (members === undefined) classes.set(key, [index]);
      else members.push(index);
    });
    this.#revision = view.revision;
    this.#total = view.total;
    this.#classes = Array.from(classes.values(), (members) => new WeightClass(members, view));
    if (this.#classes.length === 1) return;
    for (let turns = view.below(MAX_SKIPPED); turns > 0; turns--) this.#next();
  }
}

/** Backends of the same weight, or of similar ones, in the order of their turns. */
class WeightClass {
  /** The points of the one whose turn is next. */
  points = 0;
  /** The mean of the weights. */
  readonly mean: number;
  readonly #members: Uint16Array;
  /** For each of them, what it gains per turn: up to 1, with which it takes the turn. */
  readonly #gains: Float64Array;
  readonly #credits: Float64Array;
  #next: number;
  /** Turns since the first one had its last. */
  #turns = 0;

  constructor(members: readonly number[], view: View) {
    const weights = Float64Array.from(members, (index) => view.shares[index] ?? 0);
    const most = weights.reduce((most, weight) => Math.max(most, weight), 0);
    this.mean = weights.reduce((sum, weight) => sum + weight, 0) / members.length;
    this.#members = Uint16Array.from(members);
    this.#gains = weights.map((weight) => weight / most);
    this.#credits = new Float64Array(members.length);
    this.#next = view.below(members.length);
  }

  /** Whether its next backend comes before that of another class. */
  isBefore(other: WeightClass): boolean {
    if (this.points !== other.points) return this.points > other.points;
    return (this.#members[this.#next] ?? 0) < (other.#members[other.#next] ?? 0);
  }

  /** @param price The points that a turn costs. */
  next(price: number): number {
    const { length } = this.#members;
    for (;;) {
      const place = this.#next;
      this.#next = place + 1 === length ? 0 : place + 1;
      const credit = (this.#credits[place] ?? 0) + (this.#gains[place] ?? 0);
      this.#credits[place] = credit >= 1 ? credit - 1 : credit;
      if (credit < 1) continue;
      if (++this.#turns === length) {
        this.#turns = 0;
        this.points -= price;
      }
      return this.#members[place] ?? -1;
    }
  }
}
