/** Pools of what a handler uses, such as connections to a database: `context.pool()`. */
import { firstLine } from "../base/system_errors.ts";
import type { Lease, Pool, PoolOptions } from "../services/pool.ts";

/** Milliseconds. */
const IDLE_TIMEOUT = 30_000;
const ACQUIRE_TIMEOUT = 5_000;
/** For no limit: the longest timer that there is. */
const NO_LIMIT = 2 ** 31 - 1;

type TarnPool = import("./tarn.ts").Pool<unknown>;

/** What the pools of a lane hold, for the status. */
export interface PoolCounts {
  /** Resources that exist. */
  readonly resources: number;
  /** Those that are leased. */
  readonly leased: number;
}

/** The pools of one lane, by their names. */
export class ResourcePools {
  readonly #pools = new Map<string, ResourcePool<unknown>>();
  readonly #onChange: (counts: PoolCounts) => void;
  #isClosed = false;

  /** @param onChange Called after each change of the counts. */
  constructor(onChange: (counts: PoolCounts) => void) {
    this.#onChange = onChange;
  }

  /** Returns the pool with a name, making it at the first call; see `ServiceContext.pool`. */
  readonly pool = <T>(name: string, options: PoolOptions<T>): Pool<T> => {
    const found = this.#pools.get(name);
    // The handler that asks by a name knows what it has put there.
    if (found !== undefined) return found as Pool<unknown> as Pool<T>;
    if (this.#isClosed) throw new Error(`Cannot open the pool "${name}": the worker has stopped`);
    const pool = new ResourcePool(name, options, () => this.#report());
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
  /** Loaded for the first lease; few handlers have a pool. */
  #tarn: Promise<TarnPool> | null = null;
  #isClosed = false;
  /** Resources that were found broken, and are destroyed instead of being leased again. */
  readonly #discarded = new Set<unknown>();
  resources = 0;
  leased = 0;

  constructor(name: string, options: PoolOptions<T>, changed: () => void) {
    this.#name = name;
    this.#options = validated(name, options);
    this.#changed = changed;
  }

  async acquire(): Promise<Lease<T>> {
    if (this.#isClosed) throw new Error(`Cannot lease from "${this.#name}": the pool is closed`);
    const tarn = await (this.#tarn ??= this.#load());
    let resource: T;
    try {
      resource = await tarn.acquire().promise as T;
    } catch (cause) {
      throw this.#failure(cause);
    }
    this.#count("leased", 1);
    let isReturned = false;
    const giveBack = () => {
      if (isReturned) return;
      isReturned = true;
      this.#count("leased", -1);
      tarn.release(resource);
    };
    return {
      resource,
      discard: () => {
        if (!isReturned) this.#discarded.add(resource);
        giveBack();
      },
      [Symbol.dispose]: giveBack,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#tarn)?.destroy();
  }

  async #load(): Promise<TarnPool> {
    const { Pool } = await import("./tarn.ts");
    const { create, destroy, check, max, idleTimeout, acquireTimeout } = this.#options;
    const isGood = async (resource: unknown) =>
      !this.#discarded.has(resource) && await check(resource as T);
    return new Pool<unknown>({
      create: async () => {
        const resource = await create();
        this.#count("resources", 1);
        return resource;
      },
      destroy: async (resource) => {
        this.#discarded.delete(resource);
        this.#count("resources", -1);
        await destroy(resource as T);
      },
      // Its types do not say that it awaits this.
      validate: isGood as unknown as (resource: unknown) => boolean,
      min: 0,
      max,
      idleTimeoutMillis: idleTimeout || NO_LIMIT,
      acquireTimeoutMillis: acquireTimeout || NO_LIMIT,
      createTimeoutMillis: acquireTimeout || NO_LIMIT,
      // A server that restarts refuses connections for a while.
      propagateCreateError: false,
    });
  }

  #count(what: "resources" | "leased", difference: number): void {
    this[what] += difference;
    this.#changed();
  }

  #failure(cause: unknown): Error {
    const { acquireTimeout, max } = this.#options;
    const reason = this.leased >= max ? `all ${max} are leased` : firstLine(cause);
    const what = `Cannot lease from "${this.#name}" within ${acquireTimeout} ms: ${reason}`;
    return new Error(what, { cause });
  }
}

/** @throws {TypeError} If an option is wrong. */
function validated<T>(name: string, options: PoolOptions<T>): Required<PoolOptions<T>> {
  const complain = (option: string, expected: string) =>
    new TypeError(`Cannot open the pool "${name}": expected ${option} to be ${expected}`);
  const { create, max, idleTimeout = IDLE_TIMEOUT, acquireTimeout = ACQUIRE_TIMEOUT } = options;
  if (typeof create !== "function") throw complain("create", "a function");
  if (!Number.isSafeInteger(max) || max < 1) throw complain("max", "a whole number from 1");
  for (const [option, value] of Object.entries({ idleTimeout, acquireTimeout })) {
    if (!(value >= 0)) throw complain(option, "milliseconds, or 0 for no limit");
  }
  const { destroy = () => {}, check = () => true } = options;
  return { create, destroy, check, max, idleTimeout, acquireTimeout };
}
