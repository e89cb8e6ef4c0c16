import { HttpError } from "../error.ts";
import { fetchRequest } from "./fetch_request.ts";
import { httpResponse } from "./fetch_response.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "../message.ts";
import type { UpgradeOptions } from "../websocket/websocket.ts";

/**
 * What a handler is told beside the request: what `deno serve` tells, and more.
 *
 * @typeParam Context What the handler is given once, when its lane starts.
 */
export interface FetchInfo<Context = unknown> {
  readonly remoteAddr: Deno.Addr;
  readonly localAddr: Deno.Addr;
  /** Resolves when the answer is sent; rejects if it could not be. */
  readonly completed: Promise<void>;
  /** Of the request: unique in this server's life. */
  readonly id: string;
  readonly context: Context;
  /**
   * Makes a WebSocket of the connection, once the response is returned.
   *
   * @throws {HttpError} If the request does not ask for it; uncaught, it is the answer.
   */
  upgrade(request: Request, options?: UpgradeOptions): { socket: WebSocket; response: Response };
}

/** A handler in the shape that `deno serve`, Hono and others have. */
export interface FetchHandler<Context = unknown> {
  fetch(request: Request, info: FetchInfo<Context>): Response | Promise<Response>;
}

const NO_URL = "the host and the request target make no URL";

/** Serves requests with a handler that speaks the Fetch standard. */
export function serveFetch<Context>(
  handler: FetchHandler<Context>,
  context: Context,
): HttpHandler {
  return async (request) => {
    // Loaded by the threads that need it alone.
    const webSockets = request.asksToUpgrade ? await import("../websocket/websocket.ts") : null;
    const info = new Info(request, context, webSockets);
    let response: Response;
    try {
      response = await handler.fetch(fetchRequest(request), info);
    } catch (error) {
      // Most handlers begin with the URL, and the client may have sent what is none.
      if (error instanceof TypeError && !URL.canParse(request.url)) {
        throw new HttpError(400, NO_URL);
      }
      throw error;
    }
    return info.upgradeBy(response) ?? await httpResponse(response);
  };
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
    // The standard has no Response with 101: this one stands for it.
    const marker = Object.defineProperty(new Response(null), "status", { value: 101 });
    this.#upgrade = { marker, response };
    return { socket, response: marker };
  }

  /** The upgrade that a response stands for; null for any other. */
  upgradeBy(response: Response): HttpResponse | null {
    const upgrade = this.#upgrade;
    return upgrade !== null && upgrade.marker === response ? upgrade.response : null;
  }
}
