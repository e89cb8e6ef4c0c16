import type { Duplex } from "node:stream";
import type { Connection } from "../../core/connection.ts";
import type { Clock, Timed } from "../../core/deadlines.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { EndedBy } from "../../core/event.ts";
import type { Framing, MessageData } from "./websocket_framing.ts";

/** The most bytes that may wait for a slow client when another message is sent (16 MiB). */
const MAX_BUFFERED = 16 * 1024 * 1024;
/** How long a client may take for its last part of a close, or for all of it when the server drains, in milliseconds. */
const LINGER = 1000;
const OPEN = 1;
/** The code of a connection that ended without a close (RFC 6455, 7.1.5). */
const ABNORMAL = 1006;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What stands behind an open socket: a connection, its frames, and its time. */
export class WebSocketChannel implements Timed {
  readonly #connection: Connection;
  readonly #stream: Duplex;
  readonly #framing: Framing;
  readonly #socket: EventTarget;
  /** Milliseconds of silence after which the client is asked, and again after which it is gone; 0 is never. */
  readonly #patience: number;
  readonly #clock: Clock;
  /** When the client was heard last, or asked. */
  #since: number;
  #isAsked = false;
  #isLeaving = false;
  #endedBy: EndedBy = "client";
  #failure: { readonly error: unknown } | null = null;
  #isOver = false;

  /**
   * @param socket What is told by events.
   * @param idleTimeout Milliseconds.
   */
  constructor(
    connection: Connection,
    stream: Duplex,
    framing: Framing,
    socket: EventTarget,
    idleTimeout: number,
  ) {
    this.#connection = connection;
    this.#stream = stream;
    this.#framing = framing;
    this.#socket = socket;
    this.#patience = idleTimeout / 2;
    this.#clock = connection.keepTime(this);
    this.#since = this.#clock.now;
    for (const sign of ["data", "drain", "finish"]) stream.on(sign, this.#heard);
  }

  get readyState(): number {
    return this.#framing.readyState;
  }

  get bufferedAmount(): number {
    return this.#framing.bufferedAmount;
  }

  set binaryType(type: BinaryType) {
    this.#framing.binaryType = type;
  }

  /** Sends a message; one that the client has no room for ends it. */
  send(data: string | Uint8Array | Blob): void {
    if (this.#framing.bufferedAmount > MAX_BUFFERED && this.#isOpen) {
      const found = `more than ${MAX_BUFFERED} bytes wait for the client`;
      return this.#cut("limit", `Cannot send the message: ${found}`);
    }
    this.#framing.send(data);
  }

  /** Begins to close, unless that is under way. */
  close(code: number | undefined, reason: string | undefined, by: EndedBy): void {
    if (this.#isOpen) this.#endedBy = by;
    this.#framing.close(code, reason);
  }

  /** Takes what a listener threw: it ends this socket, and is reported, but ends no other. */
  fail(error: unknown): void {
    if (this.#isOver) throw error;
    this.#failure ??= { error };
    this.close(1011, "Internal error", "error");
  }

  /**
   * Serves until the connection is closed and everything is sent.
   *
   * @throws What a listener threw.
   */
  async serve(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#framing.on("message", (data, isBinary) => this.#receive(data, isBinary));
    this.#framing.on("error", (error) => {
      if (this.#endedBy === "client") this.#endedBy = "server";
      this.#tell(error);
    });
    this.#framing.on("close", (code, reason) => {
      this.#conclude(code, reason);
      closed.resolve();
    });
    this.#stream.on("error", (error) => {
      // That of a connection that is over is told by the close; another one is a bug.
      if (!(error instanceof ConnectionError)) this.#failure ??= { error };
    });
    await closed.promise;
    this.#isOver = true;
    if (this.#failure !== null) throw this.#failure.error;
    await this.#connection.finish(this.#endedBy);
  }

  /** For the sweep of deadlines: asks a silent client, and ends one that does not answer. */
  expire(): void {
    if (this.#connection.retiring.aborted && !this.#isLeaving) this.#leave();
    else if (this.#isLeaving || this.#stream.writableFinished) this.#expectEnd();
    else if (this.#clock.isOver(this.#since, this.#patience)) this.#ask();
  }

  get #isOpen(): boolean {
    return this.#framing.readyState === OPEN;
  }

  readonly #heard = (): void => {
    this.#isAsked = false;
    this.#since = this.#clock.now;
  };

  #leave(): void {
    this.#isLeaving = true;
    this.#heard();
    this.close(1001, "Going away", "drain");
  }

  #expectEnd(): void {
    if (this.#clock.isOver(this.#since, LINGER)) this.#cut(this.#endedBy);
  }

  #ask(): void {
    if (this.#isAsked) return this.#cut("timeout", "Cannot go on: no answer to a ping");
    this.#heard();
    this.#isAsked = true;
    this.#framing.ping();
  }

  /** Ends at once, and tells why, if there is more to it than the end. */
  #cut(by: EndedBy, reason: string | null = null): void {
    this.#connection.endAs(by);
    this.#framing.terminate();
    if (reason !== null) this.#tell(new Error(reason));
  }

  #receive(data: MessageData, isBinary: boolean): void {
    // As in browsers: who has closed hears nothing more.
    if (!this.#isOpen) return;
    const message = isBinary ? data : decoder.decode(data as Uint8Array<ArrayBuffer>);
    this.#socket.dispatchEvent(new MessageEvent("message", { data: message }));
  }

  #tell(error: Error): void {
    const { message } = error;
    this.#socket.dispatchEvent(new ErrorEvent("error", { message, error }));
  }

  #conclude(code: number, reason: Uint8Array): void {
    this.#socket.dispatchEvent(
      new CloseEvent("close", {
        code,
        reason: decoder.decode(reason as Uint8Array<ArrayBuffer>),
        wasClean: code !== ABNORMAL,
      }),
    );
  }
}
