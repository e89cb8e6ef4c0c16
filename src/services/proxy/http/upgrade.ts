import type { DialedConnection } from "../../../core/dialed_connection.ts";
import type { DecodedResponse } from "../../../http/codec/response_decoder.ts";
import { ExchangeError } from "../../../http/client/exchange_error.ts";
import type { ServedRequest } from "../../../http/conversation/served_request.ts";
import type { Field, HttpResponse } from "../../../http/message.ts";
import { passThrough } from "../../../http/websocket/pass_through.ts";

/**
 * The protocols that a client asks to change to; null if it does not, or by HTTP/1.0, or together
 * with a body, which a backend might not wait for.
 */
export function upgradeOf(request: ServedRequest): string | null {
  const { minor, contentLength } = request.head;
  if (!request.asksToUpgrade || minor === 0 || contentLength !== 0) return null;
  const options = request.header("connection")?.toLowerCase().split(",") ?? [];
  return options.some((option) => option.trim() === "upgrade") ? request.header("upgrade") : null;
}

/**
 * Finds the protocol that a backend has switched to.
 *
 * @throws {ExchangeError} If it was not asked to.
 */
export function protocolOf(request: ServedRequest, { fields }: DecodedResponse): string {
  const protocol = fields.find(([name]) => name.toLowerCase() === "upgrade")?.[1];
  if (protocol !== undefined && upgradeOf(request) !== null) return protocol;
  const what = "The backend switched to a protocol that nobody asked for";
  throw new ExchangeError(what, "http_protocol_error", "upstream");
}

/**
 * Makes the response that switches to another protocol, whose bytes are passed on both ways.
 *
 * @param ended Called when it is over.
 */
export function upgradeResponse(
  request: ServedRequest,
  headers: readonly Field[],
  upstream: DialedConnection,
  protocol: string,
  ended: () => void,
): HttpResponse {
  const end = async () => {
    await upstream[Symbol.asyncDispose]();
    ended();
  };
  // If the client cannot be told, the other protocol does not begin.
  request.completed.catch(end);
  return {
    status: 101,
    headers,
    upgrade: async (client) => {
      try {
        await passThrough(client, upstream, protocol);
      } finally {
        await end();
      }
    },
  };
}
