import { BROKEN, type Poller, READABLE, WRITABLE } from "./poller.ts";
import type { DecodedMessage, RequestSequence } from "./request_sequence.ts";
import type { ResponseReader } from "./response.ts";
import { AGAIN, FAILED, type Sockets } from "./sockets.ts";

/** Bytes that a slow client sends at a time. */
const PIECE_BYTES = 16;

/** What all clients of a load share, and the events that they report. */
export interface ClientContext {
  readonly sockets: Sockets;
  readonly poller: Poller;
  /** The server's address, for {@linkcode Sockets.connect}. */
  readonly address: Uint8Array<ArrayBuffer>;
  /** Receives what arrives, for one client at a time. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  /** Whether each request has a connection of its own. */
  readonly closing: boolean;
  /** A client has a new socket. */
  opening(client: Client, socket: number): void;
  /** A client without a request is connected. */
  opened(client: Client): void;
  sent(bytes: number): void;
  received(bytes: number): void;
  /** A slow client has sent a piece, and waits for {@linkcode Client.resume}. */
  pausing(client: Client): void;
  /** A response is complete; it counts as failed if there is a failure. */
  responded(client: Client, failure: string | null): void;
  /** A connection or request failed, for a reason such as `refused`. */
  failed(client: Client, reason: string): void;
  /** The server closed an idle connection. */
  dropped(client: Client): void;
}

/** A client with one connection at a time, and at most one request in flight. */
export class Client {
  /** When the request in flight was due. */
  due = 0;
  /** Whether it sends a few bytes at a time. */
  readonly isSlow: boolean;
  readonly #context: ClientContext;
  readonly #response: ResponseReader;
  readonly #sequence: RequestSequence;
  #socket = -1;
  #isConnected = false;
  #message: DecodedMessage | null = null;
  #written = 0;
  #waitsToWrite = false;
  /** Whether it must not send the next piece yet, even on a new connection. */
  #isPausing = false;

  constructor(
    context: ClientContext,
    response: ResponseReader,
    sequence: RequestSequence,
    isSlow: boolean,
  ) {
    this.#context = context;
    this.#response = response;
    this.#sequence = sequence;
    this.isSlow = isSlow;
  }

  /** Whether a request is in flight. */
  get isBusy(): boolean {
    return this.#message !== null;
  }

  /** Starts to connect, unless there is a connection. */
  open(): void {
    if (this.#socket !== -1) return;
    const { sockets, poller, address } = this.#context;
    const socket = sockets.connect(address);
    if (socket === FAILED) return this.#fail(sockets.lastError);
    this.#socket = socket;
    this.#isConnected = false;
    poller.add(socket, WRITABLE);
    this.#context.opening(this, socket);
  }

  /** Sends the next request, after connecting if necessary. */
  request(due: number): void {
    this.due = due;
    this.#message = this.#sequence.next();
    this.#written = 0;
    if (this.#socket === -1) this.open();
    else if (this.#isConnected) this.#send(this.#message);
  }

  /** Sends as much of the rest of the request as the system takes. */
  flush(): void {
    if (this.#message !== null && this.#isConnected) this.#write(this.#message);
  }

  /** Ends the pause after a piece. */
  resume(): void {
    this.#isPausing = false;
    this.flush();
  }

  /** Handles an event of the client's socket. */
  handle(flags: number): void {
    if (!this.#isConnected) return this.#finishConnecting();
    if ((flags & WRITABLE) !== 0) this.flush();
    if ((flags & (READABLE | BROKEN)) !== 0 && this.#socket !== -1) this.#receive();
  }

  close(): void {
    if (this.#socket === -1) return;
    this.#context.sockets.close(this.#socket);
    this.#socket = -1;
    this.#isConnected = false;
    this.#waitsToWrite = false;
  }

  #finishConnecting(): void {
    const { sockets, poller } = this.#context;
    if (!sockets.isConnected(this.#socket)) return this.#fail(sockets.lastError);
    this.#isConnected = true;
    poller.change(this.#socket, READABLE);
    if (this.#message === null) this.#context.opened(this);
    else this.#send(this.#message);
  }

  #send(message: DecodedMessage): void {
    this.#response.begin(message);
    this.#write(message);
  }

  #write({ bytes }: DecodedMessage): void {
    if (this.#isPausing) return;
    const { sockets, poller } = this.#context;
    const end = this.isSlow ? Math.min(this.#written + PIECE_BYTES, bytes.length) : bytes.length;
    const isWhole = this.#written === 0 && end === bytes.length;
    const rest = isWhole ? bytes : bytes.subarray(this.#written, end);
    const count = rest.length === 0 ? 0 : sockets.send(this.#socket, rest);
    if (count === FAILED) return this.#fail(sockets.lastError);
    if (count !== AGAIN) {
      this.#written += count;
      this.#context.sent(count);
    }
    const mustWait = this.#written < end;
    if (mustWait !== this.#waitsToWrite) {
      this.#waitsToWrite = mustWait;
      poller.change(this.#socket, mustWait ? READABLE | WRITABLE : READABLE);
    }
    if (mustWait || !this.isSlow) return;
    this.#isPausing = true;
    this.#context.pausing(this);
  }

  #receive(): void {
    const { sockets, buffer } = this.#context;
    for (;;) {
      const count = sockets.receive(this.#socket, buffer);
      if (count === AGAIN) return;
      if (count === FAILED) return this.#lose(sockets.lastError);
      if (count === 0) return this.#end();
      this.#context.received(count);
      if (this.#message === null) return this.#lose("unasked");
      const state = this.#response.take(buffer.subarray(0, count));
      if (state !== "more") return this.#complete(state === "last");
      if (count < buffer.length) return;
    }
  }

  #end(): void {
    if (this.#message !== null && this.#response.end()) this.#complete(true);
    else this.#lose("closed");
  }

  #complete(isLast: boolean): void {
    // The server would take the rest of a request that it answered early for the next request.
    const isCut = this.#message !== null && this.#written < this.#message.bytes.length;
    this.#message = null;
    if (isLast || isCut || this.#context.closing) this.close();
    this.#context.responded(this, this.#response.failure);
  }

  /** Handles the loss of an open connection. */
  #lose(reason: string): void {
    if (this.#message !== null) return this.#fail(reason);
    this.close();
    this.#context.dropped(this);
  }

  #fail(reason: string): void {
    this.close();
    this.#message = null;
    this.#context.failed(this, reason);
  }
}
