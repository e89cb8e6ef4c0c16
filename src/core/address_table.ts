/**
 * A hash table of connections per client address, in memory shared by all threads
 * of a process. An entry is one address in one lane, and only that lane writes it;
 * the count of an address is the sum over its entries.
 */

/** The fields of an entry: owner (0 if free), two hashes of the address, number of connections. */
const OWNER = 0;
const KEY_1 = 1;
const KEY_2 = 2;
const COUNT = 3;
const FIELDS = 4;
/**
 * Entries to probe for one address. A table is at most a quarter full, so a full
 * window is unlikely; if one is full, the address goes uncounted.
 */
const WINDOW = 64;
/** A table starts with this many random hash seeds, so that no client can provoke collisions. */
const SEEDS = 2;

/** Two 32-bit hashes of an address. */
export type AddressKey = readonly [number, number];

function entriesFor(connections: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(WINDOW, connections * 4)));
}

/** Allocates a table with room for `connections` open connections. */
export function makeAddressTable(connections: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer((SEEDS + entriesFor(connections) * FIELDS) * 4);
  new Uint32Array(buffer).set(crypto.getRandomValues(new Uint32Array(SEEDS)));
  return buffer;
}

/** One thread's view of a table. */
export class AddressTable {
  readonly #words: Int32Array;
  readonly #entries: number;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
    this.#entries = (this.#words.length - SEEDS) / FIELDS;
  }

  /** Whether the table has room for `connections` open connections. */
  fits(connections: number): boolean {
    return this.#entries >= entriesFor(connections);
  }

  /** Hashes an address with two seeds, in the style of FNV-1a; in practice the pair is unique. */
  key(address: string): AddressKey {
    let a = (this.#words[0] ?? 0) ^ 0x811c9dc5;
    let b = (this.#words[1] ?? 0) ^ 0x5bd1e995;
    for (let i = 0; i < address.length; i++) {
      const code = address.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
    }
    a = Math.imul(a ^ (a >>> 16), 0xc2b2ae35);
    return [a ^ (a >>> 15), b ^ (b >>> 16)];
  }

  /** Claims an entry with a count of 0 for an address; null if its window is full. */
  claim(owner: number, [key1, key2]: AddressKey): number | null {
    for (const entry of this.#window(key1)) {
      if (Atomics.compareExchange(this.#words, entry + OWNER, 0, owner) !== 0) continue;
      Atomics.store(this.#words, entry + COUNT, 0);
      Atomics.store(this.#words, entry + KEY_1, key1);
      Atomics.store(this.#words, entry + KEY_2, key2);
      return entry;
    }
    return null;
  }

  add(entry: number): void {
    Atomics.add(this.#words, entry + COUNT, 1);
  }

  /** @returns Whether that was the last connection, which frees the entry. */
  subtract(entry: number): boolean {
    if (Atomics.sub(this.#words, entry + COUNT, 1) > 1) return false;
    Atomics.store(this.#words, entry + OWNER, 0);
    return true;
  }

  /** The connections of an address, over all lanes. */
  sum([key1, key2]: AddressKey): number {
    let sum = 0;
    for (const entry of this.#window(key1)) {
      if (Atomics.load(this.#words, entry + OWNER) === 0) continue;
      if (Atomics.load(this.#words, entry + KEY_1) !== key1) continue;
      if (Atomics.load(this.#words, entry + KEY_2) !== key2) continue;
      sum += Atomics.load(this.#words, entry + COUNT);
    }
    return sum;
  }

  /** Frees all entries of a dead lane. */
  clear(owner: number): void {
    for (let entry = SEEDS; entry < this.#words.length; entry += FIELDS) {
      if (Atomics.load(this.#words, entry + OWNER) !== owner) continue;
      Atomics.store(this.#words, entry + COUNT, 0);
      Atomics.store(this.#words, entry + OWNER, 0);
    }
  }

  *#window(key: number): Generator<number> {
    const first = (key >>> 0) % this.#entries;
    for (let i = 0; i < WINDOW; i++) yield SEEDS + ((first + i) % this.#entries) * FIELDS;
  }
}
