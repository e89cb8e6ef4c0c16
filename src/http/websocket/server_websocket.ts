import type { WebSocketChannel } from "./websocket_channel.ts";

type EventType = keyof WebSocketEventMap;
// deno-lint-ignore no-explicit-any -- as in the interface itself: each type has its own event
type Handler = ((this: WebSocket, event: any) => unknown) | null;

/** The codes that a server may give (RFC 6455, 7.4.1, and the registry that it began). */
function isCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
    (code >= 3000 && code <= 4999);
}

/** The most bytes of a reason for closing: what a control frame holds beside the code. */
const MAX_REASON = 123;

const encoder = new TextEncoder();

type Guard = (this: ServerWebSocket, event: Event) => void;

/** What is really added for a listener, so that it can be taken away again. */
const guards = new WeakMap<EventListenerOrEventListenerObject, Guard>();

/**
 * The server's end of a WebSocket, with the interface that it has in browsers.
 * What a listener throws closes this socket with 1011, and is reported.
 */
export class ServerWebSocket extends EventTarget implements WebSocket {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly url: string;
  readonly protocol: string;
  readonly extensions = "";
  #channel: WebSocketChannel | null = null;
  #binaryType: BinaryType = "blob";
  /** The arguments of a close that came before there was a connection. */
  #earlyClose: { code: number | undefined; reason: string | undefined } | null = null;
  readonly #handlers = new Map<string, Handler>();

  private constructor(url: string, protocol: string) {
    super();
    this.url = url;
    this.protocol = protocol;
  }

  /** Makes a socket, and what connects it. */
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

  /** Bytes that were sent and that the kernel has not taken yet, with their frames. */
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
   * Sends a message. Where more than 16 MiB wait for the client already, the
   * socket fails instead.
   *
   * @throws {DOMException} InvalidStateError before the socket is open.
   */
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    if (this.#channel !== null) return this.#channel.send(snapshot(data));
    if (this.#earlyClose !== null) return;
    throw new DOMException(
      "Cannot send: the socket is connecting, wait for its event open",
      "InvalidStateError",
    );
  }

  /**
   * Begins to close. Beside the codes that browsers take, those of a server can be given, such as 1008.
   *
   * @param reason At most 123 bytes as UTF-8.
   * @throws {DOMException} InvalidAccessError for another code, SyntaxError for a longer reason.
   */
  close(code?: number, reason?: string): void {
    if (code !== undefined && !isCloseCode(code)) {
      throw new DOMException(
        `Cannot close with the code ${code}: wanted 1000 to 1003, 1007 to 1014 or 3000 to 4999`,
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

  get onopen(): WebSocket["onopen"] {
    return this.#handler("open");
  }
  set onopen(handler: WebSocket["onopen"]) {
    this.#handle("open", handler);
  }

  get onmessage(): WebSocket["onmessage"] {
    return this.#handler("message");
  }
  set onmessage(handler: WebSocket["onmessage"]) {
    this.#handle("message", handler);
  }

  get onerror(): WebSocket["onerror"] {
    return this.#handler("error");
  }
  set onerror(handler: WebSocket["onerror"]) {
    this.#handle("error", handler);
  }

  get onclose(): WebSocket["onclose"] {
    return this.#handler("close");
  }
  set onclose(handler: WebSocket["onclose"]) {
    this.#handle("close", handler);
  }

  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener && ServerWebSocket.#guard(listener), options);
  }

  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void {
    super.removeEventListener(type, listener && ServerWebSocket.#guard(listener), options);
  }

  #connect(channel: WebSocketChannel): void {
    this.#channel = channel;
    channel.binaryType = this.#binaryType;
    if (this.#earlyClose !== null) {
      channel.close(this.#earlyClose.code, this.#earlyClose.reason, "server");
    } else this.dispatchEvent(new Event("open"));
  }

  #handler(type: EventType): Handler {
    return this.#handlers.get(type) ?? null;
  }

  #handle(type: EventType, handler: Handler): void {
    if (!this.#handlers.has(type)) super.addEventListener(type, ServerWebSocket.#callHandler);
    this.#handlers.set(type, typeof handler === "function" ? handler : null);
  }

  /** One for all sockets: a closure for each would be memory. */
  static readonly #callHandler = function (this: ServerWebSocket, event: Event): void {
    const handler = this.#handlers.get(event.type);
    if (handler) this.#attempt(() => handler.call(this, event));
  };

  static #guard(listener: EventListenerOrEventListenerObject): Guard {
    let guard = guards.get(listener);
    if (guard === undefined) {
      guard = function (event) {
        this.#attempt(() =>
          typeof listener === "function" ? listener.call(this, event) : listener.handleEvent(event)
        );
      };
      guards.set(listener, guard);
    }
    return guard;
  }

  #attempt(act: () => unknown): void {
    try {
      const result = act();
      if (result instanceof Promise) result.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#channel === null) throw error;
    this.#channel.fail(error);
  }
}

/** The data as it is now: it may be sent later, and its owner may change it before. */
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
