/** Pools of what a handler uses, such as connections to a database: `context.pool()`. */
import { kindOf } from "../base/kind_of.ts";
import { firstLine } from "../base/system_errors.ts";
import { laterAfterInput } from "../base/timers.ts";
import { within } from "../base/within.ts";
import type { Lease, Pool, PoolOptions } from "../services/pool.ts";
import { type Held, PoolLease } from "./pool_lease.ts";
import { NO_LIMIT, poolOptions } from "./pool_options.ts";

/** Why a pool has no resource in time, if nothing has failed. */
const UNFINISHED = "create or check has not finished";

type TarnPool<T> = import("./tarn.ts").Pool<Held<T>>;

/** What the pools of a lane hold, for the status. */
export interface PoolCounts {
  /** Resources that exist. */
  readonly resources: number;
  /** Those that are leased. */
  readonly leased: number;
}

/** Is told that `destroy` of a pool has thrown; the resource counts as destroyed. */
export type OnDestroyFailed = (pool: string, error: unknown) => void;

/** The pools of one lane, by their names. */
export class ResourcePools {
  readonly #pools = new Map<string, ResourcePool<unknown>>();
  readonly #onChange: (counts: PoolCounts) => void;
  readonly #onDestroyFailed: OnDestroyFailed;
  #isClosed = false;

  /** @param onChange Called after each change of the counts. */
  constructor(onChange: (counts: PoolCounts) => void, onDestroyFailed: OnDestroyFailed = () => {}) {
    this.#onChange = onChange;
    this.#onDestroyFailed = onDestroyFailed;
  }

  /** Returns the pool with a name, making it at the first call; see `ServiceContext.pool`. */
  readonly pool = <T>(name: string, options: PoolOptions<T>): Pool<T> => {
    const found = this.#pools.get(name);
    if (found !== undefined) {
      if (options && options.max !== found.max) throw differs(name, found.max, options.max);
      // The handler that asks by a name knows what it has put there.
      return found as Pool<unknown> as Pool<T>;
    }
    if (this.#isClosed) throw new Error(`Cannot open the pool "${name}": the worker has stopped`);
    const pool = new ResourcePool(name, options, () => this.#report(), this.#onDestroyFailed);
    this.#pools.set(name, pool as ResourcePool<unknown>);
    return pool;
  };

  /** Closes all pools, each once its leases are returned, and destroys what they hold. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  #report(): void {
    let [resources, leased] = [0, 0];
    for (const pool of this.#pools.values()) {
      resources += pool.resources;
      leased += pool.leased;
    }
    this.#onChange({ resources, leased });
  }
}

class ResourcePool<T> implements Pool<T> {
  readonly #name: string;
  readonly #options: Required<PoolOptions<T>>;
  readonly #changed: () => void;
  readonly #onDestroyFailed: OnDestroyFailed;
  /** Loaded for the first lease; few handlers have a pool. */
  #tarn: Promise<TarnPool<T>> | null = null;
  #isClosed = false;
  resources = 0;
  leased = 0;

  constructor(
    name: string,
    options: PoolOptions<T>,
    changed: () => void,
    onDestroyFailed: OnDestroyFailed,
  ) {
    this.#name = name;
    this.#options = poolOptions(name, options);
    this.#changed = changed;
    this.#onDestroyFailed = onDestroyFailed;
  }

  get max(): number {
    return this.#options.max;
  }

  async acquire(): Promise<Lease<T>> {
    if (this.#isClosed) throw this.#closedError();
    const tarn = await (this.#tarn ??= this.#load());
    const pending = tarn.acquire();
    const stop = this.#whenLate(() =>
      pending.reject(pending.possibleTimeoutCause ?? new Error(UNFINISHED))
    );
    let held: Held<T>;
    try {
      held = await pending.promise;
    } catch (cause) {
      throw this.#failure(cause);
    } finally {
      stop();
    }
    this.#count("leased", 1);
    return new PoolLease(this.#name, held, () => {
      this.#count("leased", -1);
      tarn.release(held);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#tarn)?.destroy();
  }

  async #load(): Promise<TarnPool<T>> {
    const { Pool } = await import("./tarn.ts");
    const { check, max, idleTimeout } = this.#options;
    const isGood = async ({ isDiscarded, resource }: Held<T>) =>
      !isDiscarded && await check(resource);
    return new Pool<Held<T>>({
      create: () => this.#create(),
      destroy: (held) => this.#destroy(held),
      // Its types do not say that it awaits this.
      validate: isGood as unknown as (held: Held<T>) => boolean,
      min: 0,
      max,
      idleTimeoutMillis: idleTimeout,
      // Its own timers would count the time in which the event loop is blocked.
      acquireTimeoutMillis: NO_LIMIT,
      createTimeoutMillis: NO_LIMIT,
      // A server that restarts refuses connections for a while.
      propagateCreateError: false,
    });
  }

  #whenLate(act: () => void): () => void {
    const { acquireTimeout } = this.#options;
    return acquireTimeout === 0 ? () => {} : laterAfterInput(acquireTimeout, act);
  }

  /** Makes a resource in time; one that comes too late is destroyed. */
  #create(): Promise<Held<T>> {
    const making = this.#make();
    return within(this.#options.acquireTimeout, making, () => {
      making.then((held) => this.#destroy(held), () => {});
      return new Error(UNFINISHED);
    });
  }

  async #make(): Promise<Held<T>> {
    const resource = await this.#options.create();
    this.#count("resources", 1);
    return { resource, isDiscarded: false };
  }

  async #destroy({ resource }: Held<T>): Promise<void> {
    this.#count("resources", -1);
    try {
      await this.#options.destroy(resource);
    } catch (error) {
      this.#onDestroyFailed(this.#name, error);
    }
  }

  #count(what: "resources" | "leased", difference: number): void {
    this[what] += difference;
    this.#changed();
  }

  #closedError(): Error {
    return new Error(`Cannot lease from "${this.#name}": the pool is closed`);
  }

  #failure(cause: unknown): Error {
    if (this.#isClosed) return this.#closedError();
    const { acquireTimeout, max } = this.#options;
    const reason = this.leased >= max ? `all ${max} are leased` : firstLine(cause);
    const what = `Cannot lease from "${this.#name}" within ${acquireTimeout} ms: ${reason}`;
    return new Error(what, { cause });
  }
}

function differs(name: string, max: number, found: unknown): TypeError {
  return new TypeError(
    `Cannot open the pool "${name}" again: expected max to be ${max} as before, found ${
      typeof found === "number" ? found : kindOf(found)
    }`,
  );
}
