/**
 * Where the columns are in a row, in words of 4 bytes. Floats and counters have 8 bytes, so
 * they begin at even words. What lanes change all the time is in the first 16 words: a line
 * of the processor's cache, which no other row shares.
 */
export const COLUMN = {
  // Written by lanes.
  /** Connections of all lanes to the backend, those being made included. */
  inFlight: 0,
  failuresInRow: 1,
  /** How often it was ejected in a row. */
  ejections: 2,
  /** A tick of the board; 0 if it never was ejected. */
  ejectedUntil: 3,
  connects: 4,
  failures: 6,
  latency: 8,
  latencyTime: 10,
  /** Whether it would be ejected, if others could do without it. */
  isSpared: 12,
  // Written by the keeper.
  state: 16,
  group: 17,
  position: 18,
  weight: 19,
  max: 20,
  isBackup: 21,
  /** How many backends have had the row. */
  tenancy: 22,
  backSince: 24,
  addressLength: 26,
  address: 32,
} as const;

/** The words that lanes write, which come first. */
export const LANES_WORDS = 16;
const ROW_WORDS = 64;

/** The size of a row, in bytes. */
export const ROW_BYTES = ROW_WORDS * 4;

/** The longest address, in bytes; that of a Unix socket has at most 113. */
export const MAX_ADDRESS_BYTES = ROW_BYTES - COLUMN.address * 4;

/** The memory of a board, as its rows see it. */
export class BoardMemory {
  readonly integers: Int32Array;
  readonly counters: BigUint64Array;
  readonly floats: Float64Array;
  readonly bytes: Uint8Array;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.integers = new Int32Array(buffer);
    this.counters = new BigUint64Array(buffer);
    this.floats = new Float64Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }
}
