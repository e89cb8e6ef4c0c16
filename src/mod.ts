/**
 * The public types and functions for writing handlers.
 *
 * A handler is a module whose default export is one of five shapes: `fetch` and
 * `routes` for HTTP; a request handler, a protocol or a stream handler for
 * everything else. This one answers each line with its length:
 *
 * ```ts
 * import type { Handler } from "sluice";
 *
 * export default {
 *   framing: { type: "lines", limit: 1024 },
 *   handle: (line: string) => String(line.length),
 * } satisfies Handler;
 * ```
 *
 * Serve it with `sluice length.ts`, and try it with `nc 127.0.0.1 8000`.
 *
 * Each shape gets a {@linkcode ServiceContext}: its log, signals to stop, connections
 * to other servers, and memory and locks shared by all threads. Each thread or process
 * has its own copy of the module's variables; `start(context)` and `stop(context)`,
 * beside any shape, open and close what these hold.
 *
 * @module
 */
export type { Address } from "./base/address.ts";
export { connect, type DialOptions } from "./core/connect.ts";
export type { Connection } from "./core/connection.ts";
export type { DialedConnection } from "./core/dialed_connection.ts";
export {
  ConnectionError,
  IncompleteReadError,
  LimitExceededError,
  PeerError,
} from "./core/errors.ts";
export type { EndedBy } from "./core/event.ts";
export { relay } from "./core/relay.ts";
export type { Service } from "./core/service.ts";
export type { Lease, Pool, PoolOptions } from "./services/pool.ts";
export type { ServiceContext } from "./services/service.ts";
export { HttpError } from "./http/error.ts";
export { fixed } from "./http/fixed_response.ts";
export type {
  BodySource,
  Field,
  HttpRequest,
  HttpResponse,
  RequestBody,
  RouteParams,
} from "./http/message.ts";
export type { RouteResult } from "./http/routes/routes.ts";
export type { UpgradeOptions } from "./http/websocket/websocket.ts";
export type { Logger } from "./log/logger.ts";
export type { Framing, RequestHandler } from "./services/handler/framing.ts";
export type { Hooks } from "./services/handler/hooks.ts";
export type { Protocol, Transport } from "./services/handler/protocol.ts";
export { defineRoutes } from "./services/handler/shapes.ts";
export type {
  FetchHandler,
  FetchInfo,
  FramedHandler,
  Handler,
  ProtocolHandler,
  ProtocolState,
  RouteHandler,
  RoutesHandler,
  RouteTable,
  StreamHandler,
} from "./services/handler/shapes.ts";
