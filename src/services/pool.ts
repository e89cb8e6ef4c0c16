/** Options of `context.pool()`. */
export interface PoolOptions<T> {
  /** Makes a resource. What it throws is retried until the acquire timeout. */
  create(): T | Promise<T>;
  /** Ends a resource that is no longer needed. What it throws is logged. */
  destroy?(resource: T): void | Promise<void>;
  /** Whether a resource is still good, before it is leased again; one that is not is destroyed. */
  check?(resource: T): boolean | Promise<boolean>;
  /** How many resources a worker has at most; the server has as many for each worker. */
  readonly max: number;
  /** After how many milliseconds unused a resource is destroyed; 30 seconds by default, 0 never. */
  readonly idleTimeout?: number;
  /** How long a lease may be waited for, in milliseconds; 5 seconds by default, 0 for ever. */
  readonly acquireTimeout?: number;
}

/** Resources that are leased to one user at a time. */
export interface Pool<T> {
  /**
   * Waits for a resource, which the caller returns by disposing of the lease:
   * `using lease = await pool.acquire()`.
   *
   * @throws {Error} If none is free or can be made within the acquire timeout, or the
   * worker has stopped.
   */
  acquire(): Promise<Lease<T>>;
}

/** A resource of a pool, until it is returned. */
export interface Lease<T> extends Disposable {
  /** @throws {Error} Once the lease was returned: the resource may be another one's. */
  readonly resource: T;
  /** Returns a resource that is broken: it is destroyed. Does nothing once the lease was returned. */
  discard(): void;
}
