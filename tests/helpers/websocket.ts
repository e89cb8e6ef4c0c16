import type { ConversationOptions } from "../../src/http/conversation/options.ts";
import type { Field, HttpHandler, HttpRequest, RequestBody } from "../../src/http/message.ts";
import { serveHttp } from "../../src/http/conversation/serve.ts";
import { type UpgradeOptions, upgradeWebSocket } from "../../src/http/websocket/websocket.ts";
import { Client } from "./client.ts";
import { serve, type ServeOptions, type Serving } from "./lane.ts";

const encoder = new TextEncoder();

/** Makes a request with only the parts that a handshake needs. */
export function makeRequest(
  fields: readonly Field[],
  start: { method?: string; version?: "1.0" | "1.1"; bodyLength?: number | null } = {},
): HttpRequest {
  const { method = "GET", version = "1.1", bodyLength = 0 } = start;
  return {
    method,
    version,
    url: "http://example.org/chat?room=1",
    headers: fields,
    header: (wanted) => {
      const values = fields.filter(([name]) => name === wanted).map(([, value]) => value);
      return values.length === 0 ? null : values.join(", ");
    },
    body: { length: bodyLength } as RequestBody,
  } as HttpRequest;
}

/** The header fields of a handshake (RFC 6455, 1.3). */
export const HANDSHAKE: Readonly<Record<string, string>> = {
  "host": "example.org",
  "upgrade": "websocket",
  "connection": "Upgrade",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

const OPTIONS: ConversationOptions = {
  maxHeaderSize: 8192,
  maxHeaders: 100,
  maxBodySize: 1024,
  headerTimeout: 0,
  bodyTimeout: 0,
  idleTimeout: 0,
  requestTimeout: 0,
  keepAlive: 100_000,
  maxKeepAliveRequests: 0,
};

/**
 * Serves WebSockets, and passes the socket of each request to `take`.
 *
 * @param upgrade Options; its timeout is in seconds.
 */
export function serveSockets(
  take: (socket: WebSocket, request: HttpRequest) => void,
  upgrade: UpgradeOptions = {},
  options: ServeOptions = {},
): Promise<Serving> {
  const handler: HttpHandler = (request) => {
    const { socket, response } = upgradeWebSocket(request, upgrade);
    take(socket, request);
    return response;
  };
  return serveHandler(handler, options);
}

/** Serves HTTP with a handler that must not fail. */
export function serveHandler(handler: HttpHandler, options: ServeOptions = {}): Promise<Serving> {
  const fail = (_request: HttpRequest, error: unknown) => {
    throw error;
  };
  const reports = {
    failed: fail,
    broken: fail,
    refused: () => {},
    answered: null,
    meter: null,
  };
  const { signal } = new AbortController();
  return serve(serveHttp(handler, OPTIONS, signal, reports), options);
}

/** A frame that a client has received. */
export interface Frame {
  readonly isLast: boolean;
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** The parts of a frame; by default it is masked, final, and without reserved bits. */
export interface FrameParts {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  readonly isLast?: boolean;
  readonly isMasked?: boolean;
  /** The bits 0x70 of the first byte. */
  readonly reserved?: number;
  /** The length to send instead of the true one. */
  readonly length?: number;
}

/** A client that can send any frames, including invalid ones. */
export class FrameClient implements Disposable {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Connects, and completes the handshake; `early` frames are sent together with it. */
  static async connect(server: { port: number }, ...early: FrameParts[]): Promise<FrameClient> {
    const client = await Client.connect(server);
    const fields = Object.entries(HANDSHAKE).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = encoder.encode(`GET /chat HTTP/1.1\r\n${fields.join("")}\r\n`);
    await client.send(joined([head, ...early.map(encodeFrame)]));
    await client.receiveUntil("\r\n\r\n");
    return new FrameClient(client);
  }

  async send(...frames: FrameParts[]): Promise<void> {
    await this.#client.send(joined(frames.map(encodeFrame)));
  }

  /** Receives a frame; null if the server has closed the connection. */
  async receive(): Promise<Frame | null> {
    const [first, second] = await this.#client.receive(2);
    if (first === undefined || second === undefined) return null;
    const length = await this.#receiveLength(second & 127);
    return {
      isLast: (first & 0x80) !== 0,
      opcode: first & 15,
      payload: await this.#client.receive(length),
    };
  }

  /** Receives a close frame; its code, or null if it has none. */
  async receiveClose(): Promise<number | null> {
    const frame = await this.receive();
    if (frame?.opcode !== 8) throw new Error(`Expected a close, found opcode ${frame?.opcode}`);
    const { payload } = frame;
    return payload.length < 2 ? null : new DataView(payload.buffer).getUint16(0);
  }

  /** Half-closes. */
  async end(): Promise<void> {
    await this.#client.end();
  }

  close(): void {
    this.#client.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #receiveLength(short: number): Promise<number> {
    if (short < 126) return short;
    const view = new DataView((await this.#client.receive(short === 126 ? 2 : 8)).slice().buffer);
    return short === 126 ? view.getUint16(0) : Number(view.getBigUint64(0));
  }
}

/** The payload of a close frame. */
export function closePayload(code: number, reason = ""): Uint8Array {
  return Uint8Array.of(code >> 8, code & 255, ...encoder.encode(reason));
}

export function encodeFrame(frame: FrameParts): Uint8Array {
  const { opcode, isLast = true, isMasked = true, reserved = 0 } = frame;
  const content = typeof frame.payload === "string" ? encoder.encode(frame.payload) : frame.payload;
  const payload = content ?? new Uint8Array();
  const mask = isMasked ? [1, 2, 3, 4] : [];
  const head = [
    (isLast ? 0x80 : 0) | reserved | opcode,
    ...encodeLength(frame.length ?? payload.length, isMasked ? 0x80 : 0),
    ...mask,
  ];
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  payload.forEach((byte, i) => bytes[head.length + i] = byte ^ (mask[i & 3] ?? 0));
  return bytes;
}

function encodeLength(length: number, maskBit: number): number[] {
  if (length < 126) return [maskBit | length];
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(length));
  const bytes = [...new Uint8Array(view.buffer)];
  return length < 65536 ? [maskBit | 126, ...bytes.slice(6)] : [maskBit | 127, ...bytes];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
