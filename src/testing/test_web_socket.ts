import { within } from "../base/within.ts";

/** What a WebSocket has received: a message, or its end. */
type Received = { readonly message: string | Uint8Array } | { readonly end: CloseEvent };

/** A WebSocket client of a server under test. Each wait ends with an error after a few seconds. */
export class TestWebSocket implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #patience: number;
  readonly #received: Received[] = [];
  #arrived = Promise.withResolvers<void>();

  /** @param patience How long the server may take, in milliseconds. */
  constructor(url: string, patience: number) {
    this.#patience = patience;
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
      this.#add({ message: typeof data === "string" ? data : new Uint8Array(data) });
    this.#socket.onclose = (end) => this.#add({ end });
  }

  /**
   * Resolves when the connection is open.
   *
   * @throws {Error} If the server refuses it, or does not answer in time.
   */
  async opened(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.onopen = () => resolve();
    this.#socket.onerror = (event) =>
      reject(new Error(`Cannot open a WebSocket: ${event instanceof ErrorEvent && event.message}`));
    await this.#within(promise, "the WebSocket to open");
  }

  /** Sends a message of text or bytes. */
  send(message: string | Uint8Array<ArrayBuffer>): void {
    this.#socket.send(message);
  }

  /**
   * Receives the next message: a string, or bytes.
   *
   * @throws {Error} If the connection has ended, or nothing comes in time.
   */
  async receive(): Promise<string | Uint8Array> {
    const next = await this.#next("a message");
    if ("message" in next) return next.message;
    throw new Error(`The WebSocket was closed with ${next.end.code} ${next.end.reason}`.trimEnd());
  }

  /** Closes the connection; returns the code of its end, after messages that nobody received. */
  async close(code?: number, reason?: string): Promise<number> {
    this.#socket.close(code, reason);
    return await this.closed();
  }

  /** Waits until the connection has ended; returns its code (RFC 6455, 7.4). */
  async closed(): Promise<number> {
    for (;;) {
      const next = await this.#next("the end of the WebSocket");
      if ("end" in next) return next.end.code;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.readyState !== WebSocket.CLOSED) await this.close();
  }

  #add(received: Received): void {
    this.#received.push(received);
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
  }

  async #next(what: string): Promise<Received> {
    for (;;) {
      const [next] = this.#received;
      // The end stays, for whoever asks next.
      if (next !== undefined && "end" in next) return next;
      if (next !== undefined) return this.#received.shift() ?? next;
      await this.#within(this.#arrived.promise, what);
    }
  }

  #within<T>(promise: Promise<T>, what: string): Promise<T> {
    const late = () => new Error(`Waited ${this.#patience} ms for ${what}, and received nothing`);
    return within(this.#patience, promise, late);
  }
}
