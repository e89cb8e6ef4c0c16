import type { Address } from "../base/address.ts";
import type { Sampling } from "../base/sampling.ts";
import type { DialOptions } from "../core/connect.ts";
import type { DialedConnection } from "../core/dialed_connection.ts";
import type { Service } from "../core/service.ts";
import type { Meter } from "../http/conversation/conversation_context.ts";
import type { Logger } from "../log/logger.ts";
import type { Pool, PoolOptions } from "./pool.ts";
import type { SettingKey, Settings } from "../settings/options.ts";

/** Passed to a service or handler once, when its lane starts. */
export interface ServiceContext {
  /** The number of the lane, as `sluice.worker` in the log. No other one has it while the server runs. */
  readonly lane: number;
  /** How connections run: the `--mode`. */
  readonly mode: Settings["mode"];
  /** Its own log. */
  readonly log: Logger;
  /** Aborts when the lane takes no new connections: after a reload, and when the server drains. */
  readonly retiring: AbortSignal;
  /** Aborts when the server drains. */
  readonly draining: AbortSignal;
  /**
   * Connects to another server, with the buffers, deadlines and drain of the lane:
   * `await using upstream = await context.dial("127.0.0.1:6379")`. The caller
   * disposes of the connection.
   *
   * @param address An address, or its text, such as `localhost:80` or `unix:/path`.
   * @throws {ConnectionError} If connecting fails or takes too long.
   * @throws {TypeError} If the text is not an address.
   * @throws The reason of `options.signal`, if it aborts first.
   */
  dial(address: Address | string, options?: DialOptions): Promise<DialedConnection>;
  /**
   * Memory shared by the handler's threads in one process. The same name returns the
   * same memory, initially zeroed and kept across reloads.
   *
   * @param bytes The size, the same in every call.
   * @throws {RangeError} If the size is not positive, or differs from the first one.
   */
  shared(name: string, bytes: number): Promise<SharedArrayBuffer>;
  /**
   * Waits for a lock that has one holder at a time among the threads of a process.
   * Dispose of it to unlock: `using _lock = await context.lock("name")`. A thread
   * that dies releases its locks.
   */
  lock(name: string): Promise<Disposable>;
  /**
   * Returns the pool of this worker with a name, such as one of connections to a
   * database. The first call makes it; later ones return it, and expect the same `max`. It
   * is closed after the last client has left and the handler has stopped.
   *
   * @throws {TypeError} If an option is wrong, or differs from that of the first call.
   * @throws {Error} If the worker has stopped.
   */
  pool<T>(name: string, options: PoolOptions<T>): Pool<T>;
}

/** What a lane offers to Sluice's own services, but not to handlers. */
export interface ServiceHost {
  /** Adds a line, including its newline, to the access log. */
  recordAccess(line: string): void;
  /** The width of the terminal that shows the log; null if there is none. */
  readonly columns: number | null;
  /** Begins to measure HTTP requests; null if nobody wants to know. */
  openMeter(): Meter | null;
  /** The backends; null unless the lane balances. */
  readonly backends: BackendAccess | null;
  /** Which requests are traced; null if traces are off. */
  readonly sampling: Sampling | null;
}

/** How a service finds the backends of its groups: memory shared by the threads of a process. */
export interface BackendAccess {
  readonly board: SharedArrayBuffer;
  readonly ledger: SharedArrayBuffer;
  /** The numbers of the groups on the board, by name. */
  readonly groups: Readonly<Record<string, number>>;
}

/** The values of some settings, as plain data in the order. */
export type OptionValues<K extends SettingKey> = Readonly<Pick<Settings, K>>;

/** The definition of a service: an entry of the registry, or a user's module. */
export interface ServiceDefinition<K extends SettingKey = SettingKey> {
  readonly name: string;
  /** One line for `--help`. */
  readonly help: string;
  /** The default for `--port`. */
  readonly port: number;
  /** The options that the service reads. Its lanes receive these and no others. */
  readonly options: readonly K[];
  /** The message to clients while the server is full; null closes without one. */
  readonly refusal: string | null;
  /** The same, if it depends on the options. */
  refusalWith?(options: OptionValues<K>): string | null;
  /** The shortest of the service's own timeouts, in milliseconds; 0 if it has none. */
  shortestTimeout?(options: OptionValues<K>): number;
  /** @throws {ExitError} If it cannot serve with these options. */
  create(
    context: ServiceContext,
    options: OptionValues<K>,
    host: ServiceHost,
  ): Service | Promise<Service>;
  /**
   * Called once the service is made, before its lane accepts clients.
   *
   * @throws {ExitError} If it fails; then the lane does not start.
   */
  start?(context: ServiceContext): Promise<void>;
  /** Called if it was started, once the last client of its lane has left. */
  stop?(context: ServiceContext): Promise<void>;
}

/** Makes an entry of the registry, whose `create` sees only the options that it declares. */
export function defineService<const K extends SettingKey = never>(
  definition: ServiceDefinition<K>,
): ServiceDefinition {
  return definition;
}

/**
 * What a lane serves: a service of the registry, a user's module by its absolute
 * path, or only a refusal.
 */
export type ServiceChoice =
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "handler"; readonly path: string }
  | { readonly kind: "refusal"; readonly text: string | null };
