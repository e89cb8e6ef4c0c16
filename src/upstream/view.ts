import type { BoardRow } from "./board_row.ts";
import { WeightedDraw } from "./weighted_draw.ts";

/** Later than any tick: as if all ejections were over. */
const NEVER = Infinity;

/**
 * What a policy picks from: the backends of one tier of a group, in dense arrays, as a lane
 * last saw them on the board. An index of the view is good until the next refresh.
 */
export class View {
  /** In the order of the group. */
  rows: readonly BoardRow[] = [];
  /** The weights, as they were given. */
  weights = new Float64Array(0);
  /** The weights by which new clients are shared now: 0 for a backend that gets none. */
  shares = new Float64Array(0);
  /** The sum of the shares. */
  total = 0;
  /** Rises when the backends or their weights change, but not when their health does. */
  membership = 0;
  /** Rises whenever the shares change. */
  revision = 0;
  /** The time of the pick, by `clock()`. */
  now = 0;
  readonly #random: () => number;
  readonly #totalInFlight: () => number;
  #tenancies = new Float64Array(0);
  #tick = 0;
  #draw: WeightedDraw | null = null;

  /**
   * @param random Numbers from 0 to 1, exclusive.
   * @param totalInFlight Connections to all backends of the group.
   */
  constructor(random: () => number, totalInFlight: () => number) {
    this.#random = random;
    this.#totalInFlight = totalInFlight;
  }

  get size(): number {
    return this.rows.length;
  }

  /** Connections of all lanes to all backends of the group. */
  get totalInFlight(): number {
    return this.#totalInFlight();
  }

  /** Replaces the backends, unless they and their weights are the same. */
  setRows(rows: readonly BoardRow[]): void {
    const weights = map(rows, (row) => row.weight);
    const tenancies = map(rows, (row) => row.tenancy);
    const areSame = rows.length === this.rows.length &&
      rows.every((row, index) => row === this.rows[index]) &&
      isEqual(weights, this.weights) && isEqual(tenancies, this.#tenancies);
    if (areSame) return;
    this.rows = rows;
    this.weights = weights;
    this.#tenancies = tenancies;
    this.membership++;
    this.#replaceShares(new Float64Array(rows.length));
  }

  /** Replaces the shares, unless they are the same. */
  setShares(shareOf: (row: BoardRow) => number): void {
    const shares = map(this.rows, shareOf);
    if (!isEqual(shares, this.shares)) this.#replaceShares(shares);
  }

  #replaceShares(shares: Float64Array<ArrayBuffer>): void {
    this.shares = shares;
    this.total = shares.reduce((sum, share) => sum + share, 0);
    this.revision++;
    this.#draw = null;
  }

  /** @param tick The time as a tick of the board; null if ejected backends are to be used, too. */
  setTime(now: number, tick: number | null): void {
    this.now = now;
    this.#tick = tick ?? NEVER;
  }

  /** Connections of all lanes to a backend. */
  inFlight(index: number): number {
    return this.rows[index]?.inFlight ?? 0;
  }

  /** The latency of a backend in milliseconds; 0 if it is unknown. */
  latency(index: number): number {
    return this.rows[index]?.latency(this.now) ?? 0;
  }

  /**
   * Whether a new client can be sent to a backend: it is up, not ejected, and has room.
   *
   * @param exclude Backends that were tried already; null for none.
   */
  isAvailable(index: number, exclude: ReadonlySet<BoardRow> | null): boolean {
    const row = this.rows[index];
    if (row === undefined || !((this.shares[index] ?? 0) > 0)) return false;
    if (row.isEjected(this.#tick) || (exclude !== null && exclude.has(row))) return false;
    const { max } = row;
    return max === 0 || row.inFlight < max;
  }

  /** Whether there is a backend, with room or not, besides those that were tried. */
  hasOther(tried: ReadonlySet<BoardRow>): boolean {
    return this.rows.some((row, index) =>
      (this.shares[index] ?? 0) > 0 && !row.isEjected(this.#tick) && !tried.has(row)
    );
  }

  /** An index at random, by the shares; -1 if all of them are 0. */
  draw(): number {
    if (this.total === 0) return -1;
    this.#draw ??= new WeightedDraw(this.shares, this.#random);
    return this.#draw.next();
  }

  /** A whole number at random, from 0 to `limit`, exclusive. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /**
   * The first available index from a random one on; -1 if there is none. Looks at all of
   * them, so it is for when there is little left to choose from.
   */
  search(exclude: ReadonlySet<BoardRow> | null): number {
    const { size } = this;
    const start = this.below(size);
    for (let i = start; i < start + size; i++) {
      const index = i < size ? i : i - size;
      if (this.isAvailable(index, exclude)) return index;
    }
    return -1;
  }
}

// Loops: there may be thousands of backends, and `Float64Array.from()` takes twice as long.

function map(rows: readonly BoardRow[], numberOf: (row: BoardRow) => number) {
  const numbers = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index];
    if (row !== undefined) numbers[index] = numberOf(row);
  }
  return numbers;
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
