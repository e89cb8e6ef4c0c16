import type { BoardRow } from "../../../upstream/board_row.ts";
import type { Upstream } from "../upstream.ts";

/** Methods that may be repeated: twice has the same effect as once (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PUT",
  "DELETE",
]);

/** Where a request was sent to, and whether it may be sent to another backend. */
export class Attempts {
  /** Backends that are out of the question; null for none. */
  tried: Set<BoardRow> | null = null;
  /** Whether the next connection has to be a new one: a kept one was dead. */
  needsFresh = false;
  readonly isIdempotent: boolean;
  readonly #upstream: Upstream;
  /** How often the request may still be sent to another backend. */
  #retries: number;

  constructor(upstream: Upstream, method: string, retries: number) {
    this.#upstream = upstream;
    this.isIdempotent = IDEMPOTENT.has(method);
    this.#retries = this.isIdempotent ? retries : 0;
  }

  /** Whether the request may be sent again after a backend has seen it. */
  get mayRetry(): boolean {
    return this.#retries > 0;
  }

  /** No connection could be made, so nothing was sent: whether another backend may be tried. */
  mayConnectToAnother(row: BoardRow): boolean {
    (this.tried ??= new Set()).add(row);
    return this.#upstream.mayConnectToAnother(this.tried);
  }

  /** A backend has seen the request in vain: whether another one may be asked. */
  mayAskAnother(row: BoardRow): boolean {
    if (this.#retries === 0) return false;
    const tried = new Set(this.tried).add(row);
    if (!this.#upstream.mayAskAnother(tried)) return false;
    this.#retries--;
    this.tried = tried;
    return true;
  }
}
