import { AddressTable, makeAddressTable } from "./address_table.ts";

/**
 * The shared tables in which the lanes of a process count connections per client
 * address. A reload that raises the connection limit beyond the last table adds a
 * larger one. Owned by the thread that starts the lanes.
 */
export class AddressTables {
  /** The smallest first. */
  readonly #buffers: SharedArrayBuffer[] = [];

  /**
   * Returns the tables for a new lane, smallest first; at least one has room.
   *
   * @param connections The most open connections of all lanes.
   */
  reserve(connections: number): readonly SharedArrayBuffer[] {
    const last = this.#buffers.at(-1);
    if (last === undefined || !new AddressTable(last).fits(connections)) {
      this.#buffers.push(makeAddressTable(connections));
    }
    return [...this.#buffers];
  }

  /**
   * Uncounts all connections of a dead lane.
   *
   * @param row The lane's row of the scoreboard.
   */
  clear(row: number): void {
    for (const buffer of this.#buffers) new AddressTable(buffer).clear(ownerOf(row));
  }
}

/**
 * One lane's connections per client address. The lane counts in the first table
 * that has room, like all lanes of its generation, but sums over all tables:
 * lanes from before a reload may still count in the others.
 */
export class AddressCounts {
  readonly #tables: readonly AddressTable[];
  readonly #own: AddressTable;
  readonly #owner: number;
  /** This lane's entries, by address. */
  readonly #entries = new Map<string, number>();

  /**
   * @param row The lane's row of the scoreboard.
   * @param connections The most open connections of all lanes.
   * @throws {RangeError} If no table has room for them.
   */
  constructor(buffers: readonly SharedArrayBuffer[], row: number, connections: number) {
    this.#tables = buffers.map((buffer) => new AddressTable(buffer));
    const own = this.#tables.find((table) => table.fits(connections));
    if (own === undefined) {
      throw new RangeError(
        `Cannot count client addresses: no table for ${connections} connections`,
      );
    }
    this.#own = own;
    this.#owner = ownerOf(row);
  }

  /**
   * Counts a connection of an address.
   *
   * @returns false, counting nothing, if that exceeds `limit` over all lanes.
   */
  take(address: string, limit: number): boolean {
    const entry = this.#entryOf(address) ??
      this.#own.claim(this.#owner, this.#own.key(address));
    // The table is full, which cannot happen within its limit. Refuse rather than not count.
    if (entry === null) return false;
    this.#entries.set(address, entry);
    // Count before checking: of two lanes that count at once, at least one sees both.
    this.#own.add(entry);
    if (this.#sum(address) <= limit) return true;
    this.release(address);
    return false;
  }

  /** Uncounts a connection of an address; does nothing if it was not counted. */
  release(address: string): void {
    const entry = this.#entryOf(address);
    if (entry !== null && this.#own.subtract(entry)) this.#entries.delete(address);
  }

  /**
   * This lane's entry of an address; null if there is none, or it has been cleared: the
   * thread of a lane that was written off may still run, and must not change the count
   * of the lane that has claimed the entry since.
   */
  #entryOf(address: string): number | null {
    const entry = this.#entries.get(address);
    return entry !== undefined && this.#own.belongs(entry, this.#owner) ? entry : null;
  }

  #sum(address: string): number {
    let sum = 0;
    for (const table of this.#tables) sum += table.sum(table.key(address));
    return sum;
  }
}

/** The owner in a lane's entries; 0 marks a free entry. */
function ownerOf(row: number): number {
  return row + 1;
}
