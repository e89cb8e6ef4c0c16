import { IncompleteReadError, LimitExceededError } from "./errors.ts";
import type { Peer } from "./event.ts";

/** The reading side of a connection, from which pieces are cut. */
interface Source {
  readonly peer: Peer;
  readonly pending: Uint8Array<ArrayBuffer>;
  skip(count: number): void;
  fill(): Promise<boolean>;
}

const LINE_FEED = new Uint8Array([10]);
const decoder = new TextDecoder();

/**
 * Reads up to and including a suffix; null if the stream ends between pieces.
 *
 * @throws {TypeError} If the suffix is not bytes, or empty, or the limit is not a number above 0.
 */
export async function readUntil(
  source: Source,
  suffix: Uint8Array,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  // Untyped handlers may pass anything; the limit would be blamed on the peer.
  if (!(suffix instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot read until a suffix: found a value of type ${typeof suffix}, expected bytes`,
    );
  }
  if (!(limit > 0)) {
    throw new TypeError(`Cannot read: found a limit of ${String(limit)}, expected 1 byte or more`);
  }
  for (let searched = 0;;) {
    const { pending } = source;
    const length = find(suffix, pending, searched);
    if (length !== -1 && length <= limit) return take(source, length);
    searched = pending.length;
    if (length !== -1 || searched >= limit) throw new LimitExceededError(limit, source.peer);
    if (!await source.fill()) return endOfPiece(source);
  }
}

/**
 * Reads exactly `length` bytes; null if the stream ends before the first.
 *
 * @throws {TypeError} If the length is not an integer from 0.
 */
export async function readExactly(
  source: Source,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new TypeError(
      `Cannot read exactly ${String(length)} bytes: expected an integer, 0 or more`,
    );
  }
  while (source.pending.length < length) {
    if (!await source.fill()) return endOfPiece(source);
  }
  return take(source, length);
}

/** Reads a line, without its line ending; the last line need not have one. */
export async function readLine(source: Source, limit: number): Promise<string | null> {
  let line: Uint8Array | null;
  try {
    line = await readUntil(source, LINE_FEED, limit);
  } catch (error) {
    if (error instanceof IncompleteReadError) return decoder.decode(error.partial);
    throw error;
  }
  if (line === null) return null;
  const end = line.length > 1 && line[line.length - 2] === 13 ? 2 : 1;
  return decoder.decode(line.subarray(0, line.length - end));
}

function take(source: Source, length: number): Uint8Array<ArrayBuffer> {
  const piece = source.pending.subarray(0, length);
  source.skip(length);
  return piece;
}

/** Handles the end of the stream: null between pieces, an error in the middle of one. */
function endOfPiece(source: Source): null {
  const { pending } = source;
  if (pending.length === 0) return null;
  source.skip(pending.length);
  throw new IncompleteReadError(pending.slice(), source.peer);
}

/**
 * Finds a suffix.
 *
 * @param searched How many bytes were pending at the last search, which found nothing.
 * @returns The length up to and including the suffix, or -1.
 */
function find(suffix: Uint8Array, pending: Uint8Array, searched: number): number {
  const [first] = suffix;
  if (first === undefined) throw new TypeError("Cannot read until a suffix: it is empty");
  let at = pending.indexOf(first, Math.max(0, searched - suffix.length + 1));
  while (at !== -1) {
    let matched = 1;
    while (matched < suffix.length && pending[at + matched] === suffix[matched]) matched++;
    if (matched === suffix.length) return at + matched;
    at = pending.indexOf(first, at + 1);
  }
  return -1;
}
