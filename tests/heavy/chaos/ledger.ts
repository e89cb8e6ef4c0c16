/** The requests that were sent, to be found in the access log. */

/** A request, as its client sees it. */
export interface SentRequest {
  readonly id: number;
  readonly kind: string;
  lane: string | null;
  /** When the whole answer was there; null before. */
  answered: number | null;
  /** How many lines of the access log name it. */
  lines: number;
}

/** All requests of well-behaved clients that are not settled yet. */
export class Ledger {
  readonly #sent = new Map<number, SentRequest>();
  #last = 0;

  /** A new request; its id is part of the target. */
  begin(kind: string, lane: string | null): SentRequest {
    const request = { id: ++this.#last, kind, lane, answered: null, lines: 0 };
    this.#sent.set(request.id, request);
    return request;
  }

  /** Counts a line of the access log. */
  logged(id: number): SentRequest | null {
    const request = this.#sent.get(id) ?? null;
    if (request !== null) request.lines++;
    return request;
  }

  /** Takes out all requests that began before, to judge and forget them. */
  takeAll(): readonly SentRequest[] {
    const all = [...this.#sent.values()];
    this.#sent.clear();
    return all;
  }

  get unlogged(): number {
    return [...this.#sent.values()].filter((one) => one.answered !== null && one.lines === 0)
      .length;
  }
}
