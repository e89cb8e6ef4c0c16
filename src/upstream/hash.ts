/** The offset and the prime of FNV-1a with 32 bits. */
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * A hash of a text, equal in all threads, processes and machines, so that they all send the
 * same client to the same backend. Not for what must resist an attacker.
 *
 * @param seed Another seed gives an independent hash.
 * @returns 32 bits, unsigned.
 */
export function hashText(text: string, seed = 0): number {
  let hash = OFFSET ^ seed;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  }
  return mix(hash);
}

/** Another hash of a hash: spreads what differs over all bits (the end of MurmurHash3). */
export function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
