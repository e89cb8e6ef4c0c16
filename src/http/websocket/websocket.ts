/** The opening handshake of WebSockets (RFC 6455, 4). */
import { sha1 } from "@noble/hashes/legacy";
import type { Connection } from "../../core/connection.ts";
import { HttpError } from "../error.ts";
import type { HttpRequest, HttpResponse } from "../message.ts";
import { duplexOf } from "./connection_duplex.ts";
import { ServerWebSocket } from "./server_websocket.ts";
import { WebSocketChannel } from "./websocket_channel.ts";
import { loadWs, WS } from "./ws_socket.ts";

/** Options of {@linkcode upgradeWebSocket}. */
export interface UpgradeOptions {
  /** The subprotocol to speak, which the client must have offered. */
  readonly protocol?: string;
  /**
   * In seconds, 30 by default. A client that is silent for half of it gets a ping, and
   * is disconnected if it stays silent for the other half. 0 means no limit.
   */
  readonly idleTimeout?: number;
}

/** The socket for the handler, and the response that it must return. */
export interface WebSocketUpgrade {
  /** CONNECTING until the response is sent. */
  readonly socket: WebSocket;
  readonly response: HttpResponse;
}

/** The default idle timeout, in seconds. */
const IDLE_TIMEOUT = 30;
/** Hashed together with the key of a handshake (RFC 6455, 1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const UPGRADE = ["Upgrade", "websocket"] as const;

const encoder = new TextEncoder();

/**
 * Accepts the opening handshake of a WebSocket (RFC 6455, 4.2). Messages may have up
 * to 16 MiB, and are not compressed.
 *
 * @throws {HttpError} 405 for a method other than GET, 426 if the request is not a
 * handshake of version 13, 400 if it is malformed or does not offer the subprotocol, 503 if
 * no file descriptor is left to load the library with.
 */
export function upgradeWebSocket(
  request: HttpRequest,
  options: UpgradeOptions = {},
): WebSocketUpgrade {
  const { protocol, idleTimeout = IDLE_TIMEOUT } = options;
  const key = checkHandshake(request);
  if (protocol !== undefined) checkProtocol(request, protocol);
  WS.check();
  const { socket, connect } = ServerWebSocket.create(
    request.url.replace(/^http/, "ws"),
    protocol ?? "",
  );
  return {
    socket,
    response: {
      status: 101,
      headers: [
        UPGRADE,
        ["Sec-WebSocket-Accept", sha1(encoder.encode(key + GUID)).toBase64()],
        ...protocol === undefined ? [] : [["Sec-WebSocket-Protocol", protocol] as const],
      ],
      upgrade: async (connection: Connection) => {
        const [stream, makeWs] = await Promise.all([duplexOf(connection), loadWs()]);
        const channel = new WebSocketChannel(
          connection,
          stream,
          makeWs(stream),
          socket,
          idleTimeout * 1000,
        );
        connect(channel);
        await channel.serve();
      },
    },
  };
}

/** Checks a handshake (RFC 6455, 4.2.1), and returns its key. */
function checkHandshake(request: HttpRequest): string {
  const { method, version } = request;
  if (method !== "GET") {
    throw new HttpError(405, `a WebSocket is opened with GET, not ${method}`, [["Allow", "GET"]]);
  }
  if (
    version !== "1.1" || !hasToken(request, "upgrade", "websocket") ||
    !hasToken(request, "connection", "upgrade")
  ) {
    throw new HttpError(426, "not a WebSocket handshake", [UPGRADE]);
  }
  if (request.header("sec-websocket-version") !== "13") {
    const fields = [UPGRADE, ["Sec-WebSocket-Version", "13"]] as const;
    throw new HttpError(426, "not version 13 of the WebSocket protocol", fields);
  }
  const keys = request.headers.filter(([name]) => name === "sec-websocket-key");
  const [[, key] = ["", ""]] = keys;
  if (keys.length !== 1 || !KEY.test(key)) {
    throw new HttpError(400, "no single Sec-WebSocket-Key of 16 bytes in base64");
  }
  // The body would be taken for frames.
  if (request.body.length !== 0) throw new HttpError(400, "a WebSocket handshake with a body");
  return key;
}

function checkProtocol(request: HttpRequest, protocol: string): void {
  if (listOf(request, "sec-websocket-protocol").includes(protocol)) return;
  throw new HttpError(
    400,
    `the subprotocol "${protocol}" was not offered in Sec-WebSocket-Protocol`,
  );
}

/** Whether a list field contains a token, in any case. */
function hasToken(request: HttpRequest, name: string, token: string): boolean {
  return listOf(request, name).some((member) => member.toLowerCase() === token);
}

/** The members of a list field (RFC 9110, 5.6.1). */
function listOf(request: HttpRequest, name: string): string[] {
  return (request.header(name) ?? "").split(",").map((member) => member.trim());
}
