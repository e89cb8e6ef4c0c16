import type { Exchange } from "../http/exchange.ts";
import type { Logger } from "../log/logger.ts";
import type { ConversationOptions } from "../http/conversation/options.ts";
import type { Service } from "../core/service.ts";

/** What a service or a handler is given once, when its lane starts. */
export interface ServiceContext {
  /** Its own log. */
  readonly log: Logger;
  /** Aborts when its lane takes no new connections: after a reload, and when the server drains. */
  readonly retiring: AbortSignal;
  /** Aborts when the server drains. */
  readonly draining: AbortSignal;
  /**
   * Memory that the handler sees in all threads: the same for the same name,
   * all zeros at first, and kept across reloads as long as its size is the same.
   *
   * @param bytes Its size; the first one that asks decides.
   * @throws {RangeError} If it was made with another size.
   */
  shared(name: string, bytes: number): Promise<SharedArrayBuffer>;
  /**
   * Waits for a lock that one holder at a time has, over all threads; disposing
   * it unlocks it: `using _lock = await context.lock("name")`. A thread that
   * dies gives its locks back.
   */
  lock(name: string): Promise<Disposable>;
}

/** What a service that speaks HTTP is told. */
export interface HttpOrder extends ConversationOptions {
  readonly root: string | null;
  readonly compress: boolean;
  readonly lab: boolean;
  /** How requests are recorded; null where they are not. */
  readonly accessLog: "combined" | "json" | null;
}

/** What those services work with that speak HTTP. */
export interface HttpContext {
  readonly order: HttpOrder;
  /** Records a request; null where none are. */
  readonly record: ((exchange: Exchange) => void) | null;
}

/** A service before it runs: one row of the registry, or a user's module. */
export interface ServiceDefinition {
  readonly name: string;
  /** One line for people. */
  readonly help: string;
  /** The port when `--port` names none. */
  readonly port: number;
  /** What a client is told when the server is full; null where the service has no words for it. */
  readonly refusal: string | null;
  create(context: ServiceContext, http: HttpContext): Service | Promise<Service>;
}

/**
 * What a lane serves with: a service of the registry, a user's module by its
 * absolute path, or nothing but a refusal.
 */
export type ServiceChoice =
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "handler"; readonly path: string }
  | { readonly kind: "refusal"; readonly words: string | null };
