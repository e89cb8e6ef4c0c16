import type { Address } from "../base/address.ts";
import type { DialOptions } from "../core/dial.ts";
import type { DialedConnection } from "../core/dialed_connection.ts";
import type { Service } from "../core/service.ts";
import type { Logger } from "../log/logger.ts";
import type { OptionKey, Settings } from "../settings/options.ts";

/** What a service or a handler is given once, when its lane starts. */
export interface ServiceContext {
  /** Its own log. */
  readonly log: Logger;
  /** Aborts when its lane takes no new connections: after a reload, and when the server drains. */
  readonly retiring: AbortSignal;
  /** Aborts when the server drains. */
  readonly draining: AbortSignal;
  /**
   * Connects to somewhere else, with the buffers, deadlines and drain of the lane:
   * `await using upstream = await context.dial("127.0.0.1:6379")`. The caller
   * disposes of the connection.
   *
   * @param address An address, or its text, such as `localhost:80` or `unix:/path`.
   * @throws {ConnectionError} If it cannot connect, or not in time.
   * @throws {TypeError} If the text is not an address.
   */
  dial(address: Address | string, options?: DialOptions): Promise<DialedConnection>;
  /**
   * Memory that the handler shares across all threads. The same name gives the
   * same memory, zeroed at first, and kept across reloads while its size stays
   * the same.
   *
   * @param bytes Its size; the first caller decides.
   * @throws {RangeError} If the size is not positive, or differs from the first one.
   */
  shared(name: string, bytes: number): Promise<SharedArrayBuffer>;
  /**
   * Waits for a lock that one holder at a time has, across all threads. Dispose
   * it to unlock: `using _lock = await context.lock("name")`. A thread that dies
   * releases its locks.
   */
  lock(name: string): Promise<Disposable>;
}

/** What a lane offers to Sluice's own services, and not to handlers. */
export interface ServiceHost {
  /** Adds a line to the access log, its newline included. */
  recordAccess(line: string): void;
}

/** The values of some options: plain data, as the order carries it. */
export type OptionValues<K extends OptionKey> = Readonly<Pick<Settings, K>>;

/** A service before it runs: one row of the registry, or a user's module. */
export interface ServiceDefinition<K extends OptionKey = OptionKey> {
  readonly name: string;
  /** One line for people. */
  readonly help: string;
  /** The port when `--port` names none. */
  readonly port: number;
  /** The options that it reads. Its lanes are told these and no others. */
  readonly options: readonly K[];
  /** What a client is told when the server is full; null closes without a word. */
  readonly refusal: string | null;
  /** The shortest of its own timeouts, in milliseconds; 0 where it has none. */
  shortestTimeout?(options: OptionValues<K>): number;
  /** @throws {ExitError} If it cannot serve with these options. */
  create(
    context: ServiceContext,
    options: OptionValues<K>,
    host: ServiceHost,
  ): Service | Promise<Service>;
}

/** Makes a row of the registry: {@linkcode ServiceDefinition.create} sees just the options it names. */
export function defineService<const K extends OptionKey = never>(
  definition: ServiceDefinition<K>,
): ServiceDefinition {
  return definition;
}

/**
 * What a lane serves with: a service of the registry, a user's module by its
 * absolute path, or nothing but a refusal.
 */
export type ServiceChoice =
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "handler"; readonly path: string }
  | { readonly kind: "refusal"; readonly text: string | null };
