import type { HttpError } from "../error.ts";
import type { Exchange } from "../exchange.ts";
import type { TrustedClients } from "../forwarding/trusted_clients.ts";
import type { HttpHandler, HttpResponse } from "../message.ts";
import type { RequestTracer } from "../tracing/request_tracer.ts";
import type { PersistLines } from "./persist_lines.ts";
import type { ConversationOptions } from "./options.ts";
import type { OutputBuffers } from "./output_buffers.ts";
import type { Retirement, Retiring } from "./retirement.ts";
import type { ServedRequest } from "./served_request.ts";

/** A request that was malformed, too large or too slow. */
export interface RefusedRequest {
  readonly id: string;
  readonly error: HttpError;
  readonly remoteAddr: Deno.Addr;
  /** What is known of it; null if nothing is. */
  readonly request: Pick<ServedRequest, "method" | "path" | "span"> | null;
}

/** Counts responses, and measures how long they took. */
export interface Meter {
  /** The time of `performance.now()`. */
  readonly now: () => number;
  /**
   * A request was answered, or lost; called once for each.
   *
   * @param method Empty if it could not be decoded.
   * @param status As in {@linkcode Exchange}.
   * @param started When its head arrived, by `now`.
   */
  answered(method: string, status: number, started: number): void;
}

/** Callbacks for what happens in conversations, to be logged and counted. */
export interface HttpReports {
  /** An exchange has ended; null if exchanges are not recorded. */
  readonly answered: ((exchange: Exchange) => void) | null;
  /** Null if requests are not measured. */
  readonly meter: Meter | null;
  /** A handler threw something other than an HttpError. The client gets the id. */
  failed(request: ServedRequest, error: unknown): void;
  refused(refused: RefusedRequest): void;
  /** A backend has ended in the middle of its response, and so did that to the client. */
  broken(request: ServedRequest, error: Error): void;
}

/** A conversation as its lane sees it. */
export interface OpenConversation extends Retiring {
  /** The request being served; null between two requests. */
  readonly request: ServedRequest | null;
}

/** An {@linkcode HttpHandler}, or one that needs to know more of its requests. */
export interface ConversationHandler extends Pick<HttpHandler, "forgets"> {
  (request: ServedRequest): HttpResponse | Promise<HttpResponse>;
}

/** The state that all conversations of a lane share. */
export interface ConversationContext {
  readonly handler: ConversationHandler;
  readonly options: ConversationOptions;
  readonly buffers: OutputBuffers;
  readonly reports: HttpReports;
  readonly retirement: Retirement;
  readonly persisting: PersistLines;
  /** Finds the clients of trusted proxies; null if there are none. */
  readonly clients: TrustedClients | null;
  /** Begins the spans of requests; null unless traces are on. */
  readonly tracer: RequestTracer | null;
  /** Called when a conversation begins; returns its place among the open ones. */
  begun(conversation: OpenConversation): number;
  /** Called when it is over. */
  ended(conversation: OpenConversation, place: number): void;
}
