/**
 * The scoreboard: what every lane of a process counts, in memory that all its
 * threads see. One row a lane, and each column has a single writer: the lane
 * writes what it counts, the supervisor writes the life of the lane.
 */

import { clock } from "../base/clock.ts";

/** The life of a lane. A `free` row belongs to none; `hung` is left behind for good. */
export const STATES = ["free", "starting", "ready", "retiring", "draining", "hung"] as const;

/** The life of a lane. */
export type LaneState = typeof STATES[number];

/** Counters of a row, as 64-bit floats; they only grow, but for the gauges at the end. */
const COUNTERS = [
  "accepted",
  "requests",
  "bytesIn",
  "bytesOut",
  /** Refusals, by reason. */
  "refusedTotal",
  "refusedAddress",
  "refusedDraining",
  /** Connections that ended by an error of the service. */
  "errors",
  /** Connections that ended without a byte from the client: probes and scanners. */
  "silent",
  /** CPU time of the lane's thread, in milliseconds. */
  "busy",
  /** The last sign of life, by {@linkcode clock}. */
  "heartbeat",
  /** Memory of the thread's heap, or of the process, in bytes. */
  "memory",
  /** Connections that the lane has dialed, and their bytes: not those of clients. */
  "dialed",
  "dialedBytesIn",
  "dialedBytesOut",
] as const;

/** Columns that are 32-bit integers: they are changed atomically, by lanes and supervisor. */
const INTEGERS = ["state", "generation", "open", "current", "waiting"] as const;

/** A counter of a row. */
export type Counter = typeof COUNTERS[number];

/** Rows of a scoreboard: the lanes that can be alive at a time, old generations included. */
export const MAX_ROWS = 1024;

/** Clients whose names a row remembers, so that a hung lane can be asked whom it serves. */
const PEERS = 256;
const PEER_BYTES = 64;

const HEADER = { total: 0, released: 1, used: 2, turns: 3 } as const;
const HEADER_BYTES = 64;
const COUNTER_BYTES = COUNTERS.length * 8;
/** Rounded up, so that the counters of the next row begin where a float may. */
const INTEGER_BYTES = Math.ceil(INTEGERS.length / 2) * 8;
const ROW_BYTES = COUNTER_BYTES + INTEGER_BYTES + PEERS * PEER_BYTES;
const SIZE = HEADER_BYTES + MAX_ROWS * ROW_BYTES;

const BYTES_IN = COUNTERS.indexOf("bytesIn");
const BYTES_OUT = COUNTERS.indexOf("bytesOut");
const REQUESTS = COUNTERS.indexOf("requests");
const STATE = INTEGERS.indexOf("state");
const GENERATION = INTEGERS.indexOf("generation");
const OPEN = INTEGERS.indexOf("open");
const CURRENT = INTEGERS.indexOf("current");
const WAITING = INTEGERS.indexOf("waiting");

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What is in a row that its lane writes, as plain data: for a parent in another process. */
export interface RowReport {
  /** In the order of the layout. */
  readonly counters: readonly number[];
  readonly open: number;
  readonly current: number;
  readonly peer: string | null;
}

/** One row: what one lane counts. */
export class Row {
  readonly #counters: Float64Array;
  readonly #integers: Int32Array;
  readonly #peers: Uint8Array;

  constructor(buffer: SharedArrayBuffer, readonly index: number) {
    const start = HEADER_BYTES + index * ROW_BYTES;
    this.#counters = new Float64Array(buffer, start, COUNTERS.length);
    this.#integers = new Int32Array(buffer, start + COUNTER_BYTES, INTEGERS.length);
    this.#peers = new Uint8Array(
      buffer,
      start + COUNTER_BYTES + INTEGER_BYTES,
      PEERS * PEER_BYTES,
    );
  }

  get(counter: Counter): number {
    return this.#counters[COUNTERS.indexOf(counter)] ?? 0;
  }

  set(counter: Counter, value: number): void {
    this.#counters[COUNTERS.indexOf(counter)] = value;
  }

  add(counter: Counter, value: number): void {
    this.set(counter, this.get(counter) + value);
  }

  // The three that each message pays for: stores to fixed places, no lookup.

  /** Bytes from a client, and which connection the lane turns to with them. */
  received(bytes: number, connection: number): void {
    (this.#counters[BYTES_IN] as number) += bytes;
    this.#integers[CURRENT] = connection;
  }

  sent(bytes: number): void {
    (this.#counters[BYTES_OUT] as number) += bytes;
  }

  /** A request begins, on the connection that the lane turns to. */
  request(connection: number): void {
    (this.#counters[REQUESTS] as number) += 1;
    this.#integers[CURRENT] = connection;
  }

  get state(): LaneState {
    return STATES[Atomics.load(this.#integers, STATE)] ?? "free";
  }

  set state(state: LaneState) {
    Atomics.store(this.#integers, STATE, STATES.indexOf(state));
  }

  /** Whether the lane is left behind, and what it held given back already. */
  get isWrittenOff(): boolean {
    return this.state === "hung";
  }

  get generation(): number {
    return Atomics.load(this.#integers, GENERATION);
  }

  /** Connections that are open. */
  get open(): number {
    return Atomics.load(this.#integers, OPEN);
  }

  addOpen(difference: number): void {
    Atomics.add(this.#integers, OPEN, difference);
  }

  /** Whether the lane waits for a client, of those that take turns in that. */
  get isWaiting(): boolean {
    return Atomics.load(this.#integers, WAITING) !== 0;
  }

  set isWaiting(isWaiting: boolean) {
    Atomics.store(this.#integers, WAITING, isWaiting ? 1 : 0);
  }

  /** The number of the connection that the lane turned to last; 0 before the first. */
  get current(): number {
    return this.#integers[CURRENT] ?? 0;
  }

  /** The lane turns to a new connection; `peer` in printable ASCII. */
  turnTo(connection: number, peer: string): void {
    const start = (connection % PEERS) * PEER_BYTES;
    const { written } = encoder.encodeInto(
      peer,
      this.#peers.subarray(start + 5, start + PEER_BYTES),
    );
    this.#peers[start + 4] = written;
    new DataView(this.#peers.buffer, this.#peers.byteOffset).setInt32(start, connection);
    this.#integers[CURRENT] = connection;
  }

  /** The client of {@linkcode current}; null when it came too long ago. */
  get currentPeer(): string | null {
    const { current } = this;
    const start = (current % PEERS) * PEER_BYTES;
    const view = new DataView(this.#peers.buffer, this.#peers.byteOffset);
    if (current === 0 || view.getInt32(start) !== current) return null;
    const length = this.#peers[start + 4] ?? 0;
    return decoder.decode(this.#peers.slice(start + 5, start + 5 + length));
  }

  /** Makes the row a new lane's. */
  begin(generation: number): void {
    this.#counters.fill(0);
    this.set("heartbeat", clock());
    this.#integers.fill(0);
    this.#peers.fill(0);
    Atomics.store(this.#integers, GENERATION, generation);
    this.state = "starting";
  }

  report(): RowReport {
    const { open, current, currentPeer: peer } = this;
    return { counters: [...this.#counters], open, current, peer };
  }

  /** Writes what a lane in another process reports. */
  take(report: RowReport): void {
    this.#counters.set(report.counters.slice(0, COUNTERS.length));
    Atomics.store(this.#integers, OPEN, report.open);
    if (report.peer !== null) this.turnTo(report.current, report.peer);
    this.#integers[CURRENT] = report.current;
  }
}

/** All rows, and what the lanes of a process have in common. */
export class Scoreboard {
  readonly #header: Int32Array;
  readonly #rows: Row[] = [];

  /** @param buffer Another thread's scoreboard, to look at the same one. */
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(SIZE)) {
    this.#header = new Int32Array(buffer, 0, HEADER_BYTES / 4);
  }

  row(index: number): Row {
    return this.#rows[index] ??= new Row(this.buffer, index);
  }

  /** The rows that have ever been a lane's; those that are free now among them. */
  *rows(): Generator<Row> {
    const used = Atomics.load(this.#header, HEADER.used);
    for (let index = 0; index < used; index++) yield this.row(index);
  }

  /** A row for a new lane; null when all are taken. For the supervisor alone. */
  claim(generation: number): Row | null {
    for (let index = 0; index < MAX_ROWS; index++) {
      const row = this.row(index);
      if (row.state !== "free") continue;
      row.begin(generation);
      if (index >= Atomics.load(this.#header, HEADER.used)) {
        Atomics.store(this.#header, HEADER.used, index + 1);
      }
      return row;
    }
    return null;
  }

  /** Takes back what a lane that is gone, or as good as gone, had not given back. */
  close(row: Row, state: "free" | "hung"): void {
    row.state = state;
    this.addTotal(-row.open);
    row.addOpen(-row.open);
  }

  /** Connections open in all lanes of this process. */
  get total(): number {
    return Atomics.load(this.#header, HEADER.total);
  }

  /** @returns The total before. */
  addTotal(difference: number): number {
    const before = Atomics.add(this.#header, HEADER.total, difference);
    if (difference < 0) {
      Atomics.add(this.#header, HEADER.released, 1);
      Atomics.notify(this.#header, HEADER.released);
    }
    return before;
  }

  /** How often connections were given back; for {@linkcode released}. */
  get releases(): number {
    return Atomics.load(this.#header, HEADER.released);
  }

  /**
   * Resolves when a connection was given back, in any thread, since `releases`
   * was read; at the latest after `timeout` milliseconds.
   */
  async released(releases: number, timeout: number): Promise<void> {
    await Atomics.waitAsync(this.#header, HEADER.released, releases, timeout).value;
  }

  /** How often lanes have passed their turn on; for {@linkcode turn}. */
  get turns(): number {
    return Atomics.load(this.#header, HEADER.turns);
  }

  /** A lane does not wait for a client any more: one that waits for its turn is woken. */
  passTurn(): void {
    Atomics.add(this.#header, HEADER.turns, 1);
    Atomics.notify(this.#header, HEADER.turns, 1);
  }

  /** Resolves when a turn was passed on since `turns` was read; at the latest after `timeout` milliseconds. */
  async turn(turns: number, timeout: number): Promise<void> {
    await Atomics.waitAsync(this.#header, HEADER.turns, turns, timeout).value;
  }
}
