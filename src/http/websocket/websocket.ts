/** WebSockets (RFC 6455): the handshake; what follows it is the channel's. */
import { sha1 } from "@noble/hashes/legacy";
import type { Connection } from "../../core/connection.ts";
import { duplexOf } from "./connection_duplex.ts";
import { HttpError } from "../error.ts";
import type { HttpRequest, HttpResponse } from "../message.ts";
import { ServerWebSocket } from "./server_websocket.ts";
import { WebSocketChannel } from "./websocket_channel.ts";
import { loadFraming } from "./websocket_framing.ts";

/** What {@linkcode upgradeWebSocket} can be told. */
export interface UpgradeOptions {
  /** The subprotocol to speak, one of those that the client offers. */
  readonly protocol?: string;
  /**
   * Seconds, 30 where it is not given: a client that is silent for the half of
   * it is sent a ping, and after the other half without a sign of life it is
   * gone. 0 lets it be silent for ever.
   */
  readonly idleTimeout?: number;
}

/** The two ends of an upgrade: what the handler talks to, and what it answers with. */
export interface WebSocketUpgrade {
  /** CONNECTING until the response is sent. */
  readonly socket: WebSocket;
  readonly response: HttpResponse;
}

/** Seconds. */
const IDLE_TIMEOUT = 30;
/** What the key is answered with is a hash of it and this (RFC 6455, 1.3). */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const UPGRADE = ["Upgrade", "websocket"] as const;

const encoder = new TextEncoder();

/**
 * Answers the opening handshake of a WebSocket (RFC 6455, 4.2). Messages have at
 * most 16 MiB, and are not compressed.
 *
 * @throws {HttpError} 405 for another method than GET, 426 for what is no
 * handshake of version 13, 400 for a malformed one, or without the subprotocol.
 */
export function upgradeWebSocket(
  request: HttpRequest,
  options: UpgradeOptions = {},
): WebSocketUpgrade {
  const { protocol, idleTimeout = IDLE_TIMEOUT } = options;
  const key = checkHandshake(request);
  if (protocol !== undefined) checkProtocol(request, protocol);
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
        const [stream, frame] = await Promise.all([duplexOf(connection), loadFraming()]);
        const channel = new WebSocketChannel(
          connection,
          stream,
          frame(stream),
          socket,
          idleTimeout * 1000,
        );
        connect(channel);
        await channel.serve();
      },
    },
  };
}

/** Checks what RFC 6455, 4.2.1, asks of a handshake; its key. */
function checkHandshake(request: HttpRequest): string {
  const { method, version } = request;
  if (method !== "GET") {
    throw new HttpError(405, `a WebSocket is opened by GET, not ${method}`, [["Allow", "GET"]]);
  }
  if (
    version !== "1.1" || !hasToken(request, "upgrade", "websocket") ||
    !hasToken(request, "connection", "upgrade")
  ) {
    throw new HttpError(426, "not a request for a WebSocket", [UPGRADE]);
  }
  if (request.header("sec-websocket-version") !== "13") {
    const fields = [UPGRADE, ["Sec-WebSocket-Version", "13"]] as const;
    throw new HttpError(426, "not version 13 of the WebSocket protocol", fields);
  }
  const keys = request.headers.filter(([name]) => name === "sec-websocket-key");
  const [[, key] = ["", ""]] = keys;
  if (keys.length !== 1 || !KEY.test(key)) {
    throw new HttpError(400, "not one Sec-WebSocket-Key of 16 bytes in base64");
  }
  // Its bytes would be taken for frames.
  if (request.body.length !== 0) throw new HttpError(400, "a WebSocket handshake with a body");
  return key;
}

function checkProtocol(request: HttpRequest, protocol: string): void {
  if (listOf(request, "sec-websocket-protocol").includes(protocol)) return;
  throw new HttpError(
    400,
    `the subprotocol "${protocol}" is not offered in Sec-WebSocket-Protocol`,
  );
}

/** Whether a list has a token, in whatever case. */
function hasToken(request: HttpRequest, name: string, token: string): boolean {
  return listOf(request, name).some((member) => member.toLowerCase() === token);
}

/** The members of a field that is a list (RFC 9110, 5.6.1). */
function listOf(request: HttpRequest, name: string): string[] {
  return (request.header(name) ?? "").split(",").map((member) => member.trim());
}
