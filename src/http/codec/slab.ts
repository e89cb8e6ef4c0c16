/** The size of a slab, in bytes. Each one lives as long as the longest request with a part in it. */
const SIZE = 4096;
/** Larger parts get memory of their own. */
const MAX_PART = SIZE / 4;

let slab = new Uint8Array(0);
let used = 0;

/**
 * Copies `bytes[from..to]` next to other copies: memory of its own would cost several times as
 * much.
 *
 * @returns A slab that is never written there again; {@linkcode copied} is where the copy begins.
 */
export function copy(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const length = to - from;
  if (length > MAX_PART) {
    copied = 0;
    return bytes.slice(from, to);
  }
  if (used + length > slab.length) {
    slab = new Uint8Array(SIZE);
    used = 0;
  }
  slab.set(bytes.subarray(from, to), used);
  copied = used;
  used += length;
  return slab;
}

/** Where the last copy begins. */
export let copied = 0;
