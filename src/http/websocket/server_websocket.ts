import type { WebSocketChannel } from "./websocket_channel.ts";
import { WebSocketEventTarget } from "./websocket_event_target.ts";

/** Maximum bytes of a close reason: the payload of a control frame without the code (RFC 6455, 5.5). */
const MAX_REASON = 123;

const encoder = new TextEncoder();

/**
 * The server's end of a WebSocket, with the interface that it has in browsers. If a
 * listener throws, the socket is closed with 1011, and the error is reported.
 */
export class ServerWebSocket extends WebSocketEventTarget implements WebSocket {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly url: string;
  readonly protocol: string;
  readonly extensions = "";
  #channel: WebSocketChannel | null = null;
  #binaryType: BinaryType = "blob";
  /** The arguments of a close() before the socket was connected. */
  #earlyClose: { code: number | undefined; reason: string | undefined } | null = null;

  private constructor(url: string, protocol: string) {
    super();
    this.url = url;
    this.protocol = protocol;
  }

  /** Makes a socket, and the function that connects it. */
  static create(url: string, protocol: string): {
    readonly socket: ServerWebSocket;
    readonly connect: (channel: WebSocketChannel) => void;
  } {
    const socket = new ServerWebSocket(url, protocol);
    return { socket, connect: (channel) => socket.#connect(channel) };
  }

  get readyState(): number {
    return this.#channel?.readyState ??
      (this.#earlyClose === null ? this.CONNECTING : this.CLOSING);
  }

  /** Bytes of sent messages, including framing, that the kernel has not taken yet. */
  get bufferedAmount(): number {
    return this.#channel?.bufferedAmount ?? 0;
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(type: BinaryType) {
    if (type !== "blob" && type !== "arraybuffer") return;
    this.#binaryType = type;
    if (this.#channel !== null) this.#channel.binaryType = type;
  }

  /**
   * Sends a message. If more than 16 MiB are already buffered, the socket fails instead.
   *
   * @throws {DOMException} InvalidStateError before the socket is open.
   */
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    if (this.#channel !== null) return this.#channel.send(snapshot(data));
    if (this.#earlyClose !== null) return;
    throw new DOMException(
      "Cannot send: the socket is still connecting, wait for the open event",
      "InvalidStateError",
    );
  }

  /**
   * Begins to close. Besides the codes that browsers allow, those of servers are valid, such as 1008.
   *
   * @param reason At most 123 bytes as UTF-8.
   * @throws {DOMException} InvalidAccessError for other codes, SyntaxError for a longer reason.
   */
  close(code?: number, reason?: string): void {
    if (code !== undefined && !isCloseCode(code)) {
      throw new DOMException(
        `Cannot close: found the code ${code}, expected 1000 to 1003, 1007 to 1014 or 3000 to 4999`,
        "InvalidAccessError",
      );
    }
    if (reason !== undefined && encoder.encode(reason).length > MAX_REASON) {
      throw new DOMException(
        `Cannot close: found a reason of more than ${MAX_REASON} bytes`,
        "SyntaxError",
      );
    }
    if (this.#channel !== null) this.#channel.close(code, reason, "server");
    else this.#earlyClose ??= { code, reason };
  }

  protected override fail(error: unknown): void {
    if (this.#channel === null) throw error;
    this.#channel.fail(error);
  }

  #connect(channel: WebSocketChannel): void {
    this.#channel = channel;
    channel.binaryType = this.#binaryType;
    if (this.#earlyClose !== null) {
      channel.close(this.#earlyClose.code, this.#earlyClose.reason, "server");
    } else this.dispatchEvent(new Event("open"));
  }
}

/** Whether a server may send the code (RFC 6455, 7.4, and the registry of codes). */
function isCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
    (code >= 3000 && code <= 4999);
}

/** Copies data that its owner may change before it is sent. */
function snapshot(
  data: string | ArrayBufferLike | Blob | ArrayBufferView,
): string | Uint8Array | Blob {
  if (typeof data === "string" || data instanceof Blob) return data;
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) {
    return new Uint8Array(data).slice();
  }
  return String(data);
}
