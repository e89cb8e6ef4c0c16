import { clock } from "../base/clock.ts";
import { decayed, observed } from "../upstream/peak_average.ts";
import { type Counter, COUNTER_BYTES, COUNTERS, INTEGER_BYTES, INTEGERS } from "./columns.ts";
import { Measures, MEASURES_BYTES } from "./measures.ts";
import { PEER_NAMES_BYTES, PeerNames } from "./peer_names.ts";

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { add, compareExchange, load, store } = Atomics;

/** The states of a lane. A `free` row belongs to none; the row of a `hung` lane is never reused. */
export const STATES = ["free", "starting", "ready", "retiring", "draining", "hung"] as const;

/** Missed heartbeats after which a lane is not expected to accept clients. */
const HEARTBEATS = 3;

/** The state of a lane. */
export type LaneState = typeof STATES[number];

const PEERS_START = COUNTER_BYTES + INTEGER_BYTES;
const MEASURES_START = PEERS_START + PEER_NAMES_BYTES;

/** The size of a row, in bytes. */
export const ROW_BYTES = MEASURES_START + MEASURES_BYTES;

const BYTES_IN = COUNTERS.indexOf("bytesIn");
const BYTES_OUT = COUNTERS.indexOf("bytesOut");
const REQUESTS = COUNTERS.indexOf("requests");
const DIALED_BYTES_IN = COUNTERS.indexOf("dialedBytesIn");
const DIALED_BYTES_OUT = COUNTERS.indexOf("dialedBytesOut");
const STATE = INTEGERS.indexOf("state");
const GENERATION = INTEGERS.indexOf("generation");
const OPEN = INTEGERS.indexOf("open");
const CURRENT = INTEGERS.indexOf("current");
const LANE = INTEGERS.indexOf("lane");

/**
 * The bits of the column `open` that count connections: enough for all that a server may
 * have. Those above hold the tenancy, so that one operation checks it and counts.
 */
const OPEN_BITS = 20;
const MOST_OPEN = 2 ** OPEN_BITS - 1;

/** The counts of a row as plain data, for a parent in another process. */
export interface RowReport {
  /** In the order of `COUNTERS`. */
  readonly counters: readonly number[];
  readonly open: number;
  readonly current: number;
  readonly peer: string | null;
  /** As `Measures.report()` makes it. */
  readonly measures: readonly number[];
}

/** One row of the scoreboard: the state and the counts of one lane. */
export class Row {
  readonly measures: Measures;
  #counters: Float64Array;
  #integers: Int32Array;
  #peers: PeerNames;
  #hasLeft = false;

  /** @param start Where the row begins in the buffer, in bytes. */
  constructor(buffer: SharedArrayBuffer, start: number, readonly index: number) {
    this.#counters = new Float64Array(buffer, start, COUNTERS.length);
    this.#integers = new Int32Array(buffer, start + COUNTER_BYTES, INTEGERS.length);
    this.#peers = new PeerNames(buffer, start + PEERS_START);
    this.measures = new Measures(buffer, start + MEASURES_START);
  }

  /**
   * Leaves the row to its next lane: what is written through this view from here on is
   * lost. Only for a view that its lane has to itself.
   */
  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    const { tenancy } = this;
    const nowhere = new SharedArrayBuffer(ROW_BYTES);
    this.#counters = new Float64Array(nowhere, 0, COUNTERS.length);
    this.#integers = new Int32Array(nowhere, COUNTER_BYTES, INTEGERS.length);
    this.#peers = new PeerNames(nowhere, PEERS_START);
    this.measures.leave();
    this.#setOpen(0, tenancy);
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

  /** Counts bytes from a client, whose connection becomes the current one. */
  received(bytes: number, connection: number): void {
    (this.#counters[BYTES_IN] as number) += bytes;
    this.#integers[CURRENT] = connection;
  }

  sent(bytes: number): void {
    (this.#counters[BYTES_OUT] as number) += bytes;
  }

  dialedReceived(bytes: number): void {
    (this.#counters[DIALED_BYTES_IN] as number) += bytes;
  }

  dialedSent(bytes: number): void {
    (this.#counters[DIALED_BYTES_OUT] as number) += bytes;
  }

  /** Counts a request, whose connection becomes the current one. */
  request(connection: number): void {
    (this.#counters[REQUESTS] as number) += 1;
    this.#integers[CURRENT] = connection;
  }

  /** Notes how long a client has waited for its first byte, in milliseconds. */
  waited(milliseconds: number): void {
    const time = clock();
    this.set("wait", observed(this.get("wait"), time - this.get("waitedAt"), milliseconds));
    this.set("waitedAt", time);
  }

  /** How long clients wait for their first byte, in milliseconds: recent peaks count most. */
  get wait(): number {
    return decayed(this.get("wait"), clock() - this.get("waitedAt"));
  }

  /**
   * Whether the lane has lately given a sign of life, so that it can be expected to accept.
   *
   * @param heartbeat Milliseconds between two heartbeats.
   */
  isBeating(heartbeat: number): boolean {
    return this.get("heartbeat") > clock() - HEARTBEATS * heartbeat;
  }

  get state(): LaneState {
    return STATES[load(this.#integers, STATE)] ?? "free";
  }

  set state(state: LaneState) {
    store(this.#integers, STATE, STATES.indexOf(state));
  }

  /**
   * The number of its lane. To read the counts of a certain lane, check this afterwards: if it is
   * another one by then, so may be the counts.
   */
  get lane(): number {
    return load(this.#integers, LANE);
  }

  get generation(): number {
    return load(this.#integers, GENERATION);
  }

  /** The number of open connections. */
  get open(): number {
    return load(this.#integers, OPEN) & MOST_OPEN;
  }

  /**
   * How often the row was taken from a lane so far, modulo 4096. Another value than
   * that in its order tells a lane that the row is no longer its own.
   */
  get tenancy(): number {
    return load(this.#integers, OPEN) >>> OPEN_BITS;
  }

  /**
   * Counts connections that a lane has opened, or closed.
   *
   * @returns false, counting nothing, if the row is no longer the lane's.
   */
  addOpen(difference: number, tenancy: number): boolean {
    for (let word = load(this.#integers, OPEN);;) {
      if (word >>> OPEN_BITS !== tenancy) return false;
      const found = compareExchange(this.#integers, OPEN, word, word + difference);
      if (found === word) return true;
      word = found;
    }
  }

  /** Takes the row from its lane, whose thread may live on for a while: `open` stays as it is now. */
  evict(): void {
    add(this.#integers, OPEN, 1 << OPEN_BITS);
  }

  /** The number of the connection that the lane last worked on; 0 before the first. */
  get current(): number {
    return this.#integers[CURRENT] ?? 0;
  }

  /** Makes a new connection the current one; `peer` is the client's name in printable ASCII. */
  setCurrent(connection: number, peer: string): void {
    this.#peers.set(connection, peer);
    this.#integers[CURRENT] = connection;
  }

  /** The client of {@linkcode current}; null if later clients have overwritten its name. */
  get currentPeer(): string | null {
    return this.#peers.get(this.current);
  }

  /** Resets the row for a new lane. */
  begin(lane: number, generation: number, tenancy = this.tenancy): void {
    store(this.#integers, LANE, lane);
    this.#counters.fill(0);
    this.measures.clear();
    this.set("heartbeat", clock());
    this.#setOpen(0, tenancy);
    this.#peers.clear();
    store(this.#integers, CURRENT, 0);
    store(this.#integers, GENERATION, generation);
    this.state = "starting";
  }

  report(): RowReport {
    const { open, current, currentPeer: peer } = this;
    const measures = this.measures.report();
    return { counters: [...this.#counters], open, current, peer, measures };
  }

  /** Applies the report of a lane in another process. */
  take(report: RowReport): void {
    this.#counters.set(report.counters.slice(0, COUNTERS.length));
    this.#setOpen(Math.min(MOST_OPEN, Math.max(0, report.open)), this.tenancy);
    if (report.peer !== null) this.setCurrent(report.current, report.peer);
    this.#integers[CURRENT] = report.current;
    this.measures.take(report.measures);
  }

  #setOpen(open: number, tenancy: number): void {
    store(this.#integers, OPEN, tenancy << OPEN_BITS | open);
  }
}
