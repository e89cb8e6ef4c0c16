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
/** The fewest entries of a table. */
const FEWEST = 64;
/**
 * A table starts with two random seeds of the hashes, so that no client can provoke
 * collisions, and the longest distance of any entry so far from where its address
 * hashes to, plus one. The entries of an address, one for each lane, lie within this
 * distance; its count is their sum.
 */
const SEED_1 = 0;
const SEED_2 = 1;
const REACH = 2;
const HEADER = 3;

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { add, compareExchange, load, store, sub } = Atomics;

/** Two 32-bit hashes of an address. */
export type AddressKey = readonly [number, number];

function entriesFor(connections: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(FEWEST, connections * 4)));
}

/** Allocates a table with room for `connections` open connections, of which it is at most a quarter full. */
export function makeAddressTable(connections: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer((HEADER + entriesFor(connections) * FIELDS) * 4);
  new Uint32Array(buffer).set(crypto.getRandomValues(new Uint32Array(2)));
  return buffer;
}

/** One thread's view of a table. */
export class AddressTable {
  readonly #words: Int32Array;
  readonly #entries: number;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
    this.#entries = (this.#words.length - HEADER) / FIELDS;
  }

  /** Whether the table has room for `connections` open connections. */
  fits(connections: number): boolean {
    return this.#entries >= entriesFor(connections);
  }

  /** Hashes an address with two seeds, in the style of FNV-1a; in practice the pair is unique. */
  key(address: string): AddressKey {
    let a = (this.#words[SEED_1] ?? 0) ^ 0x811c9dc5;
    let b = (this.#words[SEED_2] ?? 0) ^ 0x5bd1e995;
    for (let i = 0; i < address.length; i++) {
      const code = address.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
    }
    a = Math.imul(a ^ (a >>> 16), 0xc2b2ae35);
    return [a ^ (a >>> 15), b ^ (b >>> 16)];
  }

  /** Claims an entry with a count of 0 for an address; null if the table is full. */
  claim(owner: number, [key1, key2]: AddressKey): number | null {
    for (let distance = 0; distance < this.#entries; distance++) {
      const entry = this.#entry(key1, distance);
      if (compareExchange(this.#words, entry + OWNER, 0, owner) !== 0) continue;
      store(this.#words, entry + COUNT, 0);
      store(this.#words, entry + KEY_1, key1);
      store(this.#words, entry + KEY_2, key2);
      // Before the entry counts: whoever counts next must see it.
      this.#extendReach(distance + 1);
      return entry;
    }
    return null;
  }

  /** Whether an entry is still its owner's: those of a lane that was written off are cleared. */
  belongs(entry: number, owner: number): boolean {
    return load(this.#words, entry + OWNER) === owner;
  }

  add(entry: number): void {
    add(this.#words, entry + COUNT, 1);
  }

  /** @returns Whether that was the last connection, which frees the entry. */
  subtract(entry: number): boolean {
    if (sub(this.#words, entry + COUNT, 1) > 1) return false;
    store(this.#words, entry + OWNER, 0);
    return true;
  }

  /** The connections of an address, over all lanes. */
  sum([key1, key2]: AddressKey): number {
    const words = this.#words;
    const reach = load(words, REACH);
    let sum = 0;
    for (let distance = 0; distance < reach; distance++) {
      const entry = this.#entry(key1, distance);
      // First what differs most often: a free entry still has its last address, but counts 0.
      if (load(words, entry + KEY_1) !== key1) continue;
      if (load(words, entry + OWNER) === 0) continue;
      if (load(words, entry + KEY_2) !== key2) continue;
      sum += load(words, entry + COUNT);
    }
    return sum;
  }

  /** Frees all entries of a dead lane. */
  clear(owner: number): void {
    for (let entry = HEADER; entry < this.#words.length; entry += FIELDS) {
      if (load(this.#words, entry + OWNER) !== owner) continue;
      store(this.#words, entry + COUNT, 0);
      store(this.#words, entry + OWNER, 0);
    }
  }

  /** The entry at a distance from where an address hashes to. */
  #entry(key1: number, distance: number): number {
    // The number of entries is a power of 2.
    return HEADER + ((key1 + distance) & (this.#entries - 1)) * FIELDS;
  }

  #extendReach(reach: number): void {
    let known = load(this.#words, REACH);
    while (known < reach) {
      const found = compareExchange(this.#words, REACH, known, reach);
      if (found === known) return;
      known = found;
    }
  }
}
