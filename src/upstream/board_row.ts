import { type Address, formatAddress, parseAddress } from "../base/address.ts";
import { BACKEND_STATES, type BackendFacts, type BackendState } from "./backend_facts.ts";
import { type BoardMemory, COLUMN, LANES_WORDS } from "./board_layout.ts";
import { decayed, observed } from "./peak_average.ts";

// Taken before a handler can replace them: it shares the globals of its thread with the lane.
const { add, compareExchange, exchange, load, store } = Atomics;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One row of the board: what the keeper says of a backend, and what lanes have seen of it. */
export class BoardRow {
  readonly #memory: BoardMemory;
  readonly #integers: Int32Array;
  readonly #start: number;
  #addressText = "";
  #address: Address | null = null;
  /** Of which backend they are. */
  #addressTenancy = 0;

  /** @param start Where the row begins in the memory, in words; even. */
  constructor(memory: BoardMemory, start: number, readonly index: number) {
    this.#memory = memory;
    this.#integers = memory.integers;
    this.#start = start;
  }

  get state(): BackendState {
    return BACKEND_STATES[this.#integer(COLUMN.state)] ?? "free";
  }

  get group(): number {
    return this.#integer(COLUMN.group);
  }

  get position(): number {
    return this.#integer(COLUMN.position);
  }

  get weight(): number {
    return this.#integer(COLUMN.weight);
  }

  get isBackup(): boolean {
    return this.#integer(COLUMN.isBackup) !== 0;
  }

  /** When the backend came back, by `clock()`; 0 if it never did. */
  get backSince(): number {
    return this.#float(COLUMN.backSince);
  }

  /** Another value tells that the row belongs to another backend. */
  get tenancy(): number {
    return this.#integer(COLUMN.tenancy);
  }

  /** The address of the backend; the same object until the row belongs to another one. */
  get address(): Address {
    const text = this.addressText;
    this.#address ??= parseAddress(text);
    if (this.#address === null) throw new Error(`Row ${this.index} of the board has no backend`);
    return this.#address;
  }

  /** The address as text, like {@linkcode address}; empty if the row never had a backend. */
  get addressText(): string {
    const { tenancy } = this;
    if (this.#addressTenancy !== tenancy) {
      this.#addressTenancy = tenancy;
      this.#addressText = this.#readAddress();
      this.#address = null;
    }
    return this.#addressText;
  }

  /** What the keeper has said of the backend. */
  facts(): BackendFacts {
    const { address, weight, isBackup, max, group, position, state, backSince } = this;
    return { address, weight, isBackup, max, group, position, state, backSince };
  }

  /**
   * Gives the row, which must be free, to a backend, whose address has at most
   * `MAX_ADDRESS_BYTES`. Only the keeper may call it.
   */
  occupy(facts: BackendFacts): void {
    const address = encoder.encode(formatAddress(facts.address));
    this.#integers.fill(0, this.#start, this.#start + LANES_WORDS);
    this.#memory.bytes.set(address, (this.#start + COLUMN.address) * 4);
    this.#set(COLUMN.addressLength, address.length);
    add(this.#integers, this.#start + COLUMN.tenancy, 1);
    this.update(facts);
  }

  /** Writes what has changed of the backend, but its address. Only the keeper may call it. */
  update(facts: BackendFacts): void {
    this.#set(COLUMN.group, facts.group);
    this.#set(COLUMN.position, facts.position);
    this.#set(COLUMN.weight, facts.weight);
    this.#set(COLUMN.max, facts.max);
    this.#set(COLUMN.isBackup, facts.isBackup ? 1 : 0);
    this.#memory.floats[(this.#start + COLUMN.backSince) / 2] = facts.backSince;
    // Last, since it makes the row visible: until then, it is free.
    this.#set(COLUMN.state, BACKEND_STATES.indexOf(facts.state));
  }

  /** Takes the row from its backend. Only the keeper may call it. */
  vacate(): void {
    this.#set(COLUMN.state, BACKEND_STATES.indexOf("free"));
  }

  // The next three run several times for every pick. So they are plain loads, a third of the
  // price of atomic ones: what they miss of the last nanoseconds, the pick could miss as well.

  /** Connections of all lanes to the backend, those being made included. */
  get inFlight(): number {
    return this.#integers[this.#start + COLUMN.inFlight] ?? 0;
  }

  /** The most connections at a time from this process; 0 for no limit. */
  get max(): number {
    return this.#integers[this.#start + COLUMN.max] ?? 0;
  }

  /** @param tick The time, as a tick of the board. */
  isEjected(tick: number): boolean {
    return (this.#integers[this.#start + COLUMN.ejectedUntil] ?? 0) > tick;
  }

  /** @returns The number before. */
  addInFlight(difference: number): number {
    return add(this.#integers, this.#start + COLUMN.inFlight, difference);
  }

  /** Connections made. */
  get connects(): number {
    return Number(load(this.#memory.counters, (this.#start + COLUMN.connects) / 2));
  }

  /** Failures in all. */
  get failures(): number {
    return Number(load(this.#memory.counters, (this.#start + COLUMN.failures) / 2));
  }

  /** Failures since the last success. */
  get failuresInRow(): number {
    return this.#integer(COLUMN.failuresInRow);
  }

  /** Counts a connection made. */
  countConnect(): void {
    add(this.#memory.counters, (this.#start + COLUMN.connects) / 2, 1n);
  }

  /** Adds what another process has counted. */
  addCounts(connects: number, failures: number): void {
    add(this.#memory.counters, (this.#start + COLUMN.connects) / 2, BigInt(connects));
    add(this.#memory.counters, (this.#start + COLUMN.failures) / 2, BigInt(failures));
  }

  /** @returns Failures in a row, this one included; no two threads get the same number. */
  countFailure(): number {
    add(this.#memory.counters, (this.#start + COLUMN.failures) / 2, 1n);
    return add(this.#integers, this.#start + COLUMN.failuresInRow, 1) + 1;
  }

  /** Ends a row of failures. */
  clearFailures(): void {
    if (this.failuresInRow === 0) return;
    this.#set(COLUMN.failuresInRow, 0);
    this.#set(COLUMN.isSpared, 0);
  }

  /** @returns Whether it is news that the backend is spared from an ejection. */
  spare(): boolean {
    return exchange(this.#integers, this.#start + COLUMN.isSpared, 1) === 0;
  }

  /** How often the backend was ejected in a row. */
  get ejections(): number {
    return this.#integer(COLUMN.ejections);
  }

  set ejections(count: number) {
    this.#set(COLUMN.ejections, count);
    this.#set(COLUMN.isSpared, 0);
  }

  /** The tick at which the ejection ends; 0 if the backend never was ejected. */
  get ejectedUntil(): number {
    return this.#integer(COLUMN.ejectedUntil);
  }

  /** @returns false, changing nothing, if another thread has changed the time meanwhile. */
  moveEjection(from: number, to: number): boolean {
    const word = this.#start + COLUMN.ejectedUntil;
    return compareExchange(this.#integers, word, from, to) === from;
  }

  /** Ends an ejection, and a row of failures: the backend was found to be well. */
  pardon(tick: number): void {
    const { ejectedUntil } = this;
    if (ejectedUntil > tick) this.moveEjection(ejectedUntil, tick);
    this.clearFailures();
  }

  /**
   * The latency as lanes have seen it, in milliseconds: recent peaks count most; 0 if unknown.
   *
   * @param now By `clock()`.
   */
  latency(now: number): number {
    const latency = this.#float(COLUMN.latency);
    return latency === 0 ? 0 : decayed(latency, now - this.#float(COLUMN.latencyTime));
  }

  /** Takes a new latency into account, in milliseconds. */
  observeLatency(latency: number, now: number): void {
    const age = now - this.#float(COLUMN.latencyTime);
    // If two threads do so at once, one of the latencies is lost: nobody will notice.
    const { floats } = this.#memory;
    floats[(this.#start + COLUMN.latency) / 2] = observed(
      this.#float(COLUMN.latency),
      age,
      latency,
    );
    floats[(this.#start + COLUMN.latencyTime) / 2] = now;
  }

  #readAddress(): string {
    const start = (this.#start + COLUMN.address) * 4;
    const end = start + this.#integer(COLUMN.addressLength);
    return decoder.decode(this.#memory.bytes.slice(start, end));
  }

  #integer(column: number): number {
    return load(this.#integers, this.#start + column);
  }

  #set(column: number, value: number): void {
    store(this.#integers, this.#start + column, value);
  }

  #float(column: number): number {
    return this.#memory.floats[(this.#start + column) / 2] ?? 0;
  }
}
