import { AddressTable, makeAddressTable } from "./address_table.ts";

/**
 * The tables in which the lanes of a process count client addresses: one, until
 * a reload allows more connections than it has room for. Kept by the thread that
 * starts the lanes.
 */
export class AddressTables {
  /** The smallest first. */
  readonly #buffers: SharedArrayBuffer[] = [];

  /**
   * The tables, for a lane that counts in them.
   *
   * @param connections Connections of all lanes at one time: one table at least has room for them.
   */
  reserve(connections: number): readonly SharedArrayBuffer[] {
    const last = this.#buffers.at(-1);
    if (last === undefined || !new AddressTable(last).fits(connections)) {
      this.#buffers.push(makeAddressTable(connections));
    }
    return [...this.#buffers];
  }

  /** Gives back all connections of a lane that is gone. */
  clear(row: number): void {
    for (const buffer of this.#buffers) new AddressTable(buffer).clear(ownerOf(row));
  }
}

/**
 * One lane's connections by client address. It counts them in the first table
 * that has room, as all lanes of its generation do, and looks at all tables: in
 * the others may be connections of lanes from before a reload.
 */
export class AddressCounts {
  readonly #tables: readonly AddressTable[];
  readonly #own: AddressTable;
  readonly #owner: number;
  /** The entries of this lane, by address. */
  readonly #entries = new Map<string, number>();

  /**
   * @param row The lane's row of the scoreboard.
   * @param connections Connections of all lanes at one time.
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

  /** Counts a connection of an address, unless it would be more than `limit`. */
  take(address: string, limit: number): boolean {
    const entry = this.#entries.get(address) ??
      this.#own.claim(this.#owner, this.#own.key(address));
    if (entry === null) return true;
    this.#entries.set(address, entry);
    // Count first, then look: of two lanes that take at once, one at least sees both.
    this.#own.add(entry);
    if (this.#sum(address) <= limit) return true;
    this.giveBack(address);
    return false;
  }

  /** Gives back a connection of an address; nothing if that was not counted. */
  giveBack(address: string): void {
    const entry = this.#entries.get(address);
    if (entry !== undefined && this.#own.subtract(entry)) this.#entries.delete(address);
  }

  #sum(address: string): number {
    let sum = 0;
    for (const table of this.#tables) sum += table.sum(table.key(address));
    return sum;
  }
}

/** How a lane marks its entries: 0 is nobody. */
function ownerOf(row: number): number {
  return row + 1;
}
