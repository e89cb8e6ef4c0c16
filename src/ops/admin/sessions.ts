import { digestOf } from "./token.ts";

/** How long a browser stays logged in, in seconds. */
export const SESSION_SECONDS = 12 * 60 * 60;
/** The most sessions at a time; the oldest one ends for another. */
const MOST = 100;

/** The browsers that have logged in. */
export class Sessions {
  /** When each one ends, by `performance.now()`, by the digest of its id; oldest first. */
  readonly #ends = new Map<string, number>();
  readonly #now: () => number;

  /** @param now Milliseconds, by a monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Begins a session; returns its id, which nobody can guess. */
  begin(): string {
    const id = crypto.getRandomValues(new Uint8Array(32)).toHex();
    const [oldest] = this.#ends.keys();
    if (this.#ends.size >= MOST && oldest !== undefined) this.#ends.delete(oldest);
    this.#ends.set(keyOf(id), this.#now() + SESSION_SECONDS * 1000);
    return id;
  }

  /** Whether there is such a session. */
  has(id: string): boolean {
    const key = keyOf(id);
    const end = this.#ends.get(key);
    if (end === undefined) return false;
    if (end > this.#now()) return true;
    this.#ends.delete(key);
    return false;
  }

  /** Ends a session. */
  end(id: string): void {
    this.#ends.delete(keyOf(id));
  }

  /** Ends all of them. */
  clear(): void {
    this.#ends.clear();
  }
}

/** Not the id itself: the time of a look-up could tell how it begins. */
function keyOf(id: string): string {
  return digestOf(id).toHex();
}
