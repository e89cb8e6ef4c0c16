import { isThenable } from "../../base/thenable.ts";
import { HttpError } from "../error.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "../message.ts";
import { LateModule } from "../websocket/late_module.ts";
import type { UpgradeOptions } from "../websocket/websocket.ts";
import { fetchRequest } from "./fetch_request.ts";
import { httpResponse } from "./fetch_response.ts";

/**
 * What a handler gets besides the request: all that `deno serve` passes, and more.
 *
 * @typeParam Context Made once per lane.
 */
export interface FetchInfo<Context = unknown> {
  readonly remoteAddr: Deno.Addr;
  readonly localAddr: Deno.Addr;
  /** Resolves when the response is sent; rejects if it could not be. */
  readonly completed: Promise<void>;
  /** The id of the request, unique while the server runs. */
  readonly id: string;
  readonly context: Context;
  /**
   * Upgrades the connection to a WebSocket, once the handler returns the response.
   *
   * @throws {HttpError} 400, 405 or 426 if the request is not a WebSocket handshake. If
   * the handler does not catch it, it is sent as the response.
   */
  upgrade(request: Request, options?: UpgradeOptions): { socket: WebSocket; response: Response };
}

/** A handler in the shape of `deno serve`, Hono and others. */
export interface FetchHandler<Context = unknown> {
  fetch(request: Request, info: FetchInfo<Context>): Response | Promise<Response>;
}

const WEB_SOCKETS = new LateModule(() => import("../websocket/websocket.ts"));
const NO_URL = "the host and the request target do not form a URL";

/** Adapts a handler of the Fetch standard. What returns at once is adapted at once. */
export function serveFetch<Context>(
  handler: FetchHandler<Context>,
  context: Context,
): HttpHandler {
  return (request) => {
    if (request.asksToUpgrade) return serveUpgrading(handler, request, context);
    const info = new Info(request, context, null);
    let response: Response | Promise<Response>;
    try {
      response = handler.fetch(fetchRequest(request), info);
    } catch (error) {
      throw errorFor(request, error);
    }
    return isThenable(response) ? respondLater(request, response) : httpResponse(response);
  };
}

async function respondLater(
  request: HttpRequest,
  responding: PromiseLike<Response>,
): Promise<HttpResponse> {
  let response: Response;
  try {
    response = await responding;
  } catch (error) {
    throw errorFor(request, error);
  }
  return httpResponse(response);
}

/** Serves a request that may become a WebSocket. */
async function serveUpgrading<Context>(
  handler: FetchHandler<Context>,
  request: HttpRequest,
  context: Context,
): Promise<HttpResponse> {
  const info = new Info(request, context, await loadWebSockets());
  let response: Response;
  try {
    response = await handler.fetch(fetchRequest(request), info);
  } catch (error) {
    throw errorFor(request, error);
  }
  return info.upgradeFor(response) ?? httpResponse(response);
}

/** What a failed handler is answered with: most parse the URL, which throws for an invalid host. */
function errorFor(request: HttpRequest, error: unknown): unknown {
  const isOfUrl = error instanceof TypeError && !URL.canParse(request.url);
  return isOfUrl ? new HttpError(400, NO_URL) : error;
}

/** @throws {HttpError} 503 if the server has too few file descriptors left. */
async function loadWebSockets(): Promise<WebSockets> {
  WEB_SOCKETS.check();
  return await WEB_SOCKETS.get();
}

type WebSockets = Pick<typeof import("../websocket/websocket.ts"), "upgradeWebSocket">;

class Info<Context> implements FetchInfo<Context> {
  readonly context: Context;
  readonly #request: HttpRequest;
  readonly #webSockets: WebSockets | null;
  #upgrade: { readonly marker: Response; readonly response: HttpResponse } | null = null;

  constructor(request: HttpRequest, context: Context, webSockets: WebSockets | null) {
    this.#request = request;
    this.context = context;
    this.#webSockets = webSockets;
  }

  get remoteAddr(): Deno.Addr {
    return this.#request.remoteAddr;
  }

  get localAddr(): Deno.Addr {
    return this.#request.localAddr;
  }

  get completed(): Promise<void> {
    return this.#request.completed;
  }

  get id(): string {
    return this.#request.id;
  }

  upgrade(_request: Request, options?: UpgradeOptions): { socket: WebSocket; response: Response } {
    if (this.#webSockets === null) {
      throw new HttpError(426, "the request has no Upgrade field", [["Upgrade", "websocket"]]);
    }
    const { socket, response } = this.#webSockets.upgradeWebSocket(this.#request, options);
    // The constructor of Response rejects 101, so this marker stands in for it.
    const marker = Object.defineProperty(new Response(null), "status", { value: 101 });
    this.#upgrade = { marker, response };
    return { socket, response: marker };
  }

  /** The upgrade that a response stands in for; null for any other. */
  upgradeFor(response: Response): HttpResponse | null {
    const upgrade = this.#upgrade;
    return upgrade !== null && upgrade.marker === response ? upgrade.response : null;
  }
}
