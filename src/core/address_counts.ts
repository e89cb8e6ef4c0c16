/** How many connections each client address has, in memory that all threads of a process see. */

/** An entry: whose it is, the address as two hashes, how many connections. */
const OWNER = 0;
const KEY_1 = 1;
const KEY_2 = 2;
const COUNT = 3;
const FIELDS = 4;
/**
 * Entries looked at for one address. The table is at most a quarter full, so
 * that so many in a row are never taken but by ill luck; then the address is
 * not counted.
 */
const WINDOW = 64;

/** The table: it begins with the two seeds of the hash, which no client can know. */
const SEEDS = 2;

/**
 * Makes a table for a number of connections.
 *
 * @param connections The most that are open at a time.
 */
export function makeAddressTable(connections: number): SharedArrayBuffer {
  const entries = 2 ** Math.ceil(Math.log2(Math.max(WINDOW, connections * 4)));
  const buffer = new SharedArrayBuffer((SEEDS + entries * FIELDS) * 4);
  crypto.getRandomValues(new Uint32Array(2)).forEach((seed, i) =>
    new Uint32Array(buffer)[i] = seed
  );
  return buffer;
}

/**
 * One lane's part of the table. An entry is an address in one lane, and that
 * lane alone writes it; the count of an address is the sum over its entries.
 */
export class AddressCounts {
  readonly #table: Int32Array;
  readonly #entries: number;
  readonly #owner: number;
  /** This lane's entries, by address. */
  readonly #own = new Map<string, number>();

  /** @param row The lane's row of the scoreboard. */
  constructor(buffer: SharedArrayBuffer, row: number) {
    this.#table = new Int32Array(buffer);
    this.#entries = (this.#table.length - SEEDS) / FIELDS;
    this.#owner = row + 1;
  }

  /** Counts a connection of an address, unless it would be more than `limit`. */
  take(address: string, limit: number): boolean {
    const [key1, key2] = this.#hash(address);
    const entry = this.#own.get(address) ?? this.#claim(key1, key2);
    if (entry === null) return true;
    this.#own.set(address, entry);
    // First counted, then looked at: of two lanes that take at once, one at least sees both.
    Atomics.add(this.#table, entry + COUNT, 1);
    if (this.#sum(key1, key2) <= limit) return true;
    this.giveBack(address);
    return false;
  }

  giveBack(address: string): void {
    const entry = this.#own.get(address);
    if (entry === undefined) return;
    if (Atomics.sub(this.#table, entry + COUNT, 1) > 1) return;
    this.#own.delete(address);
    Atomics.store(this.#table, entry + OWNER, 0);
  }

  /** Gives back all that a lane holds: for the supervisor, when the lane is gone. */
  clear(): void {
    for (let entry = SEEDS; entry < this.#table.length; entry += FIELDS) {
      if (Atomics.load(this.#table, entry + OWNER) !== this.#owner) continue;
      Atomics.store(this.#table, entry + COUNT, 0);
      Atomics.store(this.#table, entry + OWNER, 0);
    }
  }

  #claim(key1: number, key2: number): number | null {
    for (const entry of this.#window(key1)) {
      if (Atomics.compareExchange(this.#table, entry + OWNER, 0, this.#owner) !== 0) continue;
      Atomics.store(this.#table, entry + COUNT, 0);
      Atomics.store(this.#table, entry + KEY_1, key1);
      Atomics.store(this.#table, entry + KEY_2, key2);
      return entry;
    }
    return null;
  }

  #sum(key1: number, key2: number): number {
    let sum = 0;
    for (const entry of this.#window(key1)) {
      if (Atomics.load(this.#table, entry + OWNER) === 0) continue;
      if (Atomics.load(this.#table, entry + KEY_1) !== key1) continue;
      if (Atomics.load(this.#table, entry + KEY_2) !== key2) continue;
      sum += Atomics.load(this.#table, entry + COUNT);
    }
    return sum;
  }

  *#window(key: number): Generator<number> {
    const first = (key >>> 0) % this.#entries;
    for (let i = 0; i < WINDOW; i++) yield SEEDS + ((first + i) % this.#entries) * FIELDS;
  }

  /** Two seeded hashes of 32 bits each, FNV-1a with a final mixing: alike for no two addresses in practice. */
  #hash(address: string): [number, number] {
    let a = (this.#table[0] ?? 0) ^ 0x811c9dc5;
    let b = (this.#table[1] ?? 0) ^ 0x5bd1e995;
    for (let i = 0; i < address.length; i++) {
      const code = address.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
    }
    a = Math.imul(a ^ (a >>> 16), 0xc2b2ae35);
    return [a ^ (a >>> 15), b ^ (b >>> 16)];
  }
}
