import { formatAddress } from "../../base/address.ts";
import type { BoardRow } from "../board_row.ts";
import { hashText, mix } from "../hash.ts";
import { maglevTable } from "../maglev.ts";
import type { View } from "../view.ts";
import type { Policy } from "./policy.ts";

/** How many slots are tried before all backends are searched. */
const MAX_SLOTS = 32;
/** How many times its share of all connections a backend may have. */
const MOST_RELATIVE = 1.5;
/** It may always have as many, so that a few connections never part a client from its backend. */
const ALWAYS = 16;
const WARMTH_SEED = 0x9e37_79b9;

/**
 * The same backend for the same key, by a Maglev table. It holds all backends, whatever their
 * health: the clients of one that cannot take them are spread over the others by further
 * hashes, and return once it can; nobody else moves. While a backend starts slowly, some of its
 * clients do not return yet. One that has much more than its share of all connections
 * takes no more (Mirrokni et al., "Consistent hashing with bounded loads", 2016).
 */
export class Hash implements Policy {
  #revision = -1;
  #membership = -1;
  /** The largest part of its weight that a backend has as its share. */
  #warmest = 1;
  #table: Uint16Array = new Uint16Array(0);
  /** The indexes of the view, in the order of the table. */
  #indexes: readonly number[] = [];

  pick(view: View, key: string, exclude: ReadonlySet<BoardRow> | null): number {
    if (view.total === 0) return -1;
    if (view.revision !== this.#revision) this.#prepare(view);
    const loadEach = MOST_RELATIVE * (view.totalInFlight + 1) / view.total;
    let hash = hashText(key);
    const warmth = this.#warmest * mix(hash ^ WARMTH_SEED) / 2 ** 32;
    for (let slots = 0; slots < MAX_SLOTS; slots++) {
      const index = this.#indexes[this.#table[hash % this.#table.length] ?? 0] ?? -1;
      if (view.isAvailable(index, exclude)) {
        const share = view.shares[index] ?? 0;
        const isWarm = share > warmth * (view.weights[index] ?? 0);
        if (isWarm && view.inFlight(index) < Math.max(ALWAYS, loadEach * share)) return index;
      }
      hash = mix(hash + slots + 1);
    }
    return view.search(exclude);
  }

  #prepare(view: View): void {
    this.#revision = view.revision;
    this.#warmest = view.shares.reduce(
      (most, share, index) => Math.max(most, share / (view.weights[index] ?? 1)),
      0,
    );
    if (view.membership !== this.#membership) this.#prepareTable(view);
  }

  #prepareTable(view: View): void {
    const named = view.rows.map((row, index) => ({ index, name: formatAddress(row.address) }));
    named.sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#membership = view.membership;
    this.#indexes = named.map(({ index }) => index);
    this.#table = maglevTable(
      named.map(({ name }) => name),
      named.map(({ index }) => view.weights[index] ?? 1),
    );
  }
}
