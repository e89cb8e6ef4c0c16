import { clock } from "../base/clock.ts";
import { PEER_NAMES_BYTES, PeerNames } from "./peer_names.ts";

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { add, compareExchange, load, store } = Atomics;

/** The states of a lane. A `free` row belongs to none; the row of a `hung` lane is never reused. */
export const STATES = ["free", "starting", "ready", "retiring", "draining", "hung"] as const;

/** Missed heartbeats after which a lane is not expected to accept clients. */
const HEARTBEATS = 3;

/** The state of a lane. */
export type LaneState = typeof STATES[number];

/**
 * The counters of a row, as 64-bit floats. Append new ones: a parent that runs an
 * older version reads the reports of a lane by position.
 */
const COUNTERS = [
  "accepted",
  "requests",
  "bytesIn",
  "bytesOut",
  /** Refusals, by reason. */
  "refusedTotal",
  "refusedAddress",
  "refusedDraining",
  /** Connections ended by an error of the service. */
  "errors",
  /** Connections that ended without a byte in either direction: probes and scanners. */
  "silent",
  /** Processor time of the lane's thread, in milliseconds. */
  "busy",
  /** Time of the last heartbeat, by {@linkcode clock}. This and `memory` are gauges. */
  "heartbeat",
  /** Memory of the thread's heap, or of the process, in bytes. */
  "memory",
  /** Connections dialed by the lane, and their bytes, which do not count as those of clients. */
  "dialed",
  "dialedBytesIn",
  "dialedBytesOut",
  /** What the pools of the lane hold, and how much of it is leased; gauges. */
  "resources",
  "leased",
  "refusedUntrusted",
  "refusedHeader",
] as const;

/** The columns of 32-bit integers, which lane and supervisor change atomically. */
const INTEGERS = ["state", "generation", "open", "current"] as const;

/** A counter of a row. */
export type Counter = typeof COUNTERS[number];

const COUNTER_BYTES = COUNTERS.length * 8;
/** Rounded up so that the counters of the next row are aligned to 8 bytes. */
const INTEGER_BYTES = Math.ceil(INTEGERS.length / 2) * 8;

/** The size of a row, in bytes. */
export const ROW_BYTES = COUNTER_BYTES + INTEGER_BYTES + PEER_NAMES_BYTES;

const BYTES_IN = COUNTERS.indexOf("bytesIn");
const BYTES_OUT = COUNTERS.indexOf("bytesOut");
const REQUESTS = COUNTERS.indexOf("requests");
const DIALED_BYTES_IN = COUNTERS.indexOf("dialedBytesIn");
const DIALED_BYTES_OUT = COUNTERS.indexOf("dialedBytesOut");
const STATE = INTEGERS.indexOf("state");
const GENERATION = INTEGERS.indexOf("generation");
const OPEN = INTEGERS.indexOf("open");
const CURRENT = INTEGERS.indexOf("current");

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
}

/** One row of the scoreboard: the state and the counts of one lane. */
export class Row {
  #counters: Float64Array;
  #integers: Int32Array;
  #peers: PeerNames;
  #hasLeft = false;

  /** @param start Where the row begins in the buffer, in bytes. */
  constructor(buffer: SharedArrayBuffer, start: number, readonly index: number) {
    this.#counters = new Float64Array(buffer, start, COUNTERS.length);
    this.#integers = new Int32Array(buffer, start + COUNTER_BYTES, INTEGERS.length);
    this.#peers = new PeerNames(buffer, start + COUNTER_BYTES + INTEGER_BYTES);
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
    this.#peers = new PeerNames(nowhere, COUNTER_BYTES + INTEGER_BYTES);
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
  begin(generation: number, tenancy = this.tenancy): void {
    this.#counters.fill(0);
    this.set("heartbeat", clock());
    this.#setOpen(0, tenancy);
    this.#peers.clear();
    store(this.#integers, CURRENT, 0);
    store(this.#integers, GENERATION, generation);
    this.state = "starting";
  }

  report(): RowReport {
    const { open, current, currentPeer: peer } = this;
    return { counters: [...this.#counters], open, current, peer };
  }

  /** Applies the report of a lane in another process. */
  take(report: RowReport): void {
    this.#counters.set(report.counters.slice(0, COUNTERS.length));
    this.#setOpen(Math.min(MOST_OPEN, Math.max(0, report.open)), this.tenancy);
    if (report.peer !== null) this.setCurrent(report.current, report.peer);
    this.#integers[CURRENT] = report.current;
  }

  #setOpen(open: number, tenancy: number): void {
    store(this.#integers, OPEN, tenancy << OPEN_BITS | open);
  }
}
