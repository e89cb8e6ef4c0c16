import type { Duplex } from "node:stream";
import type { Connection } from "../../core/connection.ts";
import type { Clock, Timed } from "../../core/deadlines.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { EndedBy } from "../../core/event.ts";
import type { MessageData, WsSocket } from "./ws_socket.ts";

/** Maximum bytes buffered for a slow client when another message is sent (16 MiB). */
const MAX_BUFFERED = 16 * 1024 * 1024;
/**
 * How long a client may take to close its end after a closing handshake, or for the
 * whole handshake when the lane retires, in milliseconds.
 */
const LINGER = 1000;
const OPEN = 1;
/** The code for a connection that ended without a closing handshake (RFC 6455, 7.1.5). */
const ABNORMAL = 1006;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Connects a socket to its connection: messages, the closing handshake, and timeouts. */
export class WebSocketChannel implements Timed {
  readonly #connection: Connection;
  readonly #stream: Duplex;
  readonly #ws: WsSocket;
  readonly #target: EventTarget;
  /** Milliseconds of silence until a ping, and again until the client is disconnected; 0 means never. */
  readonly #pingAfter: number;
  readonly #clock: Clock;
  /** When the client was last active, or was sent a ping. */
  #since: number;
  #isPinged = false;
  #isRetiring = false;
  #endedBy: EndedBy = "client";
  /** What a listener threw, or a bug. */
  #failure: { readonly error: unknown } | null = null;
  #isOver = false;

  /**
   * @param target Receives the events.
   * @param idleTimeout In milliseconds.
   */
  constructor(
    connection: Connection,
    stream: Duplex,
    ws: WsSocket,
    target: EventTarget,
    idleTimeout: number,
  ) {
    this.#connection = connection;
    this.#stream = stream;
    this.#ws = ws;
    this.#target = target;
    this.#pingAfter = idleTimeout / 2;
    this.#clock = connection.keepTime(this);
    this.#since = this.#clock.now;
    for (const activity of ["data", "drain", "finish"]) stream.on(activity, this.#onActivity);
  }

  get readyState(): number {
    return this.#ws.readyState;
  }

  get bufferedAmount(): number {
    return this.#ws.bufferedAmount;
  }

  set binaryType(type: BinaryType) {
    this.#ws.binaryType = type;
  }

  /** Sends a message, or ends the connection if too much is already buffered. */
  send(data: string | Uint8Array | Blob): void {
    if (this.#ws.bufferedAmount > MAX_BUFFERED && this.#isOpen) {
      const found = `more than ${MAX_BUFFERED} bytes are buffered for the client`;
      return this.#terminate("limit", `Cannot send the message: ${found}`);
    }
    this.#ws.send(data);
  }

  /** Begins the closing handshake, unless it has begun. */
  close(code: number | undefined, reason: string | undefined, by: EndedBy): void {
    if (this.#isOpen) this.#endedBy = by;
    this.#ws.close(code, reason);
  }

  /** Closes the socket after a listener threw an error, which {@linkcode serve} throws again. */
  fail(error: unknown): void {
    if (this.#isOver) throw error;
    this.#failure ??= { error };
    this.close(1011, "Internal error", "error");
  }

  /**
   * Serves until the connection is closed, and everything is sent.
   *
   * @throws What a listener threw.
   */
  async serve(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#ws.on("message", (data, isBinary) => this.#receive(data, isBinary));
    this.#ws.on("error", (error) => {
      if (this.#endedBy === "client") this.#endedBy = "server";
      this.#dispatchError(error);
    });
    this.#ws.on("close", (code, reason) => {
      this.#dispatchClose(code, reason);
      closed.resolve();
    });
    this.#stream.on("error", (error) => {
      // The end of the connection is reported by the close event; anything else is a bug.
      if (!(error instanceof ConnectionError)) this.#failure ??= { error };
    });
    await closed.promise;
    this.#isOver = true;
    if (this.#failure !== null) throw this.#failure.error;
    await this.#connection.finish(this.#endedBy);
  }

  /** Called by the sweep of deadlines. */
  expire(): void {
    if (this.#connection.retiring.aborted && !this.#isRetiring) this.#retire();
    else if (this.#isRetiring || this.#stream.writableFinished) this.#checkLinger();
    else if (this.#clock.isOver(this.#since, this.#pingAfter)) this.#checkSilence();
  }

  get #isOpen(): boolean {
    return this.#ws.readyState === OPEN;
  }

  readonly #onActivity = (): void => {
    this.#isPinged = false;
    this.#since = this.#clock.now;
  };

  #retire(): void {
    this.#isRetiring = true;
    this.#onActivity();
    this.close(1001, "Going away", "drain");
  }

  #checkLinger(): void {
    if (this.#clock.isOver(this.#since, LINGER)) this.#terminate(this.#endedBy);
  }

  /** Sends a ping to a silent client, or disconnects it if it did not answer the last one. */
  #checkSilence(): void {
    if (this.#isPinged) return this.#terminate("timeout", "Cannot continue: no answer to a ping");
    this.#onActivity();
    this.#isPinged = true;
    this.#ws.ping();
  }

  /** Ends at once; with a reason, an error event says why. */
  #terminate(by: EndedBy, reason: string | null = null): void {
    this.#connection.endAs(by);
    this.#ws.terminate();
    if (reason !== null) this.#dispatchError(new Error(reason));
  }

  #receive(data: MessageData, isBinary: boolean): void {
    // As in browsers, no message is delivered after close().
    if (!this.#isOpen) return;
    const message = isBinary ? data : decoder.decode(data as Uint8Array<ArrayBuffer>);
    this.#target.dispatchEvent(new MessageEvent("message", { data: message }));
  }

  #dispatchError(error: Error): void {
    const { message } = error;
    this.#target.dispatchEvent(new ErrorEvent("error", { message, error }));
  }

  #dispatchClose(code: number, reason: Uint8Array): void {
    this.#target.dispatchEvent(
      new CloseEvent("close", {
        code,
        reason: decoder.decode(reason as Uint8Array<ArrayBuffer>),
        wasClean: code !== ABNORMAL,
      }),
    );
  }
}
