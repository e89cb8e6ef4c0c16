/** The shapes of a user's module, as types. */
import type { Connection } from "../../core/connection.ts";
import type * as fetch from "../../http/fetch/fetch.ts";
import type { RouteParams } from "../../http/message.ts";
import type * as routes from "../../http/routes/routes.ts";
import type { ServiceContext } from "../service.ts";
import type { Framing, RequestHandler } from "./framing.ts";
import type { Hooks } from "./hooks.ts";
import type { Protocol, Transport } from "./protocol.ts";

/** A handler in the shape of `deno serve`, Hono and others. */
export type FetchHandler = fetch.FetchHandler<ServiceContext>;
/** What a {@linkcode FetchHandler} receives in addition to the request. */
export type FetchInfo = fetch.FetchInfo<ServiceContext>;

/**
 * Handles the requests of one route.
 *
 * @typeParam Params The path parameters, such as `{ id: string }`.
 */
export type RouteHandler<Params = RouteParams> = routes.RouteHandler<Params, ServiceContext>;
/** Route handlers by `METHOD /path`, or by `/path` for every method. */
export type RouteTable = routes.RouteTable<ServiceContext>;

/** Serves HTTP requests by method and path. */
export interface RoutesHandler {
  readonly routes: RouteTable;
}

/** Serves a whole connection with one function. */
export interface StreamHandler {
  serve(connection: Connection, context: ServiceContext): void | Promise<void>;
}

/** Serves each connection with a protocol object. */
export interface ProtocolHandler {
  /** In the methods of an object literal, `this` may have any members; `this.transport` is a transport. */
  protocol(context: ServiceContext): Protocol & ThisType<Protocol & ProtocolState>;
}

/** What the callbacks of a protocol keep in `this`. */
export interface ProtocolState {
  transport: Transport;
  // deno-lint-ignore no-explicit-any
  [member: string]: any;
}

/** Answers framed requests, each with at most one response. */
export interface FramedHandler<Request = string | Uint8Array> extends RequestHandler<Request> {
  readonly framing: Framing;
}

/** The default export of a user's module: one of five shapes, plus optional members. */
export type Handler =
  & (
    | FetchHandler
    | RoutesHandler
    | StreamHandler
    | ProtocolHandler
    // Text or bytes, as the framing says: of two members, neither would type the parameters.
    // deno-lint-ignore no-explicit-any
    | FramedHandler<any>
  )
  & Hooks
  & {
    /** The message to clients while the server is full. */
    readonly refusal?: string;
  };

/**
 * Types the path parameters of a table of routes by its keys, so that in
 * `"GET /users/:id": ({ params }) => params.id` a parameter that the path does not have
 * is a type error. Returns the table.
 */
export function defineRoutes<Key extends string>(
  table: routes.TypedRoutes<Key, ServiceContext>,
): RouteTable {
  return table;
}
