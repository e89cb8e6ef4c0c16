/** The size of a slab, in bytes. Each one lives as long as the longest request with a part in it. */
const SIZE = 4096;
/** Larger parts get memory of their own. */
const MAX_PART = SIZE / 4;
/** Parts up to this many bytes are copied by a loop. */
const MAX_LOOP = 64;

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
  copied = used;
  // For a short part, a loop is faster.
  if (length > MAX_LOOP) slab.set(bytes.subarray(from, to), used);
  else for (let at = 0; at < length; at++) slab[used + at] = bytes[from + at] as number;
  used += length;
  return slab;
}

/** Where the last copy begins. */
export let copied = 0;
