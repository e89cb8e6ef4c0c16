import type { Lease } from "../services/pool.ts";

/** A resource in a pool: an object of its own, whatever the resource is. */
export interface Held<T> {
  readonly resource: T;
  /** It was found broken, and is destroyed instead of being leased again. */
  isDiscarded: boolean;
}

/** A lease of a resource, which returns it once. */
export class PoolLease<T> implements Lease<T> {
  readonly #pool: string;
  readonly #held: Held<T>;
  readonly #giveBack: () => void;
  #isReturned = false;

  /** @param pool The name of the pool. */
  constructor(pool: string, held: Held<T>, giveBack: () => void) {
    this.#pool = pool;
    this.#held = held;
    this.#giveBack = giveBack;
  }

  get resource(): T {
    if (!this.#isReturned) return this.#held.resource;
    throw new Error(`Cannot use a resource of "${this.#pool}": its lease was returned`);
  }

  readonly discard = (): void => {
    if (!this.#isReturned) this.#held.isDiscarded = true;
    this[Symbol.dispose]();
  };

  [Symbol.dispose](): void {
    if (this.#isReturned) return;
    this.#isReturned = true;
    this.#giveBack();
  }
}
