/**
 * A table of client addresses and how many connections each has, in memory that
 * all threads of a process see. An entry is an address in one lane, and that
 * lane alone writes it; the count of an address is the sum over its entries.
 */

/** The fields of an entry: the lane it belongs to (0 is nobody), the address as two hashes, the connections. */
const OWNER = 0;
const KEY_1 = 1;
const KEY_2 = 2;
const COUNT = 3;
const FIELDS = 4;
/**
 * Entries to try for one address. A table is at most a quarter full, so chance
 * does not fill a whole window; if one is full, the address goes uncounted.
 */
const WINDOW = 64;
/** The table begins with the two seeds of its hash, which no client can know. */
const SEEDS = 2;

/** An address as a table knows it. */
export type AddressKey = readonly [number, number];

function entriesFor(connections: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(WINDOW, connections * 4)));
}

/** Makes the memory of a table with room for `connections` at one time. */
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

  /** Whether the table has room for `connections` at one time. */
  fits(connections: number): boolean {
    return this.#entries >= entriesFor(connections);
  }

  /** Two seeded hashes of 32 bits each, FNV-1a with a final mixing: in practice no two addresses share both. */
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

  /** Takes an entry for an address, with a count of 0; null if its window is full. */
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

  /** @returns Whether that was the last connection, and the entry is free again. */
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

  /** Frees all entries of a lane that is gone. */
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
