import type { AnswerReader } from "./answer.ts";
import { BROKEN, type Poller, READABLE, WRITABLE } from "./poller.ts";
import type { ExactMessage, RequestSequence } from "./request_sequence.ts";
import { AGAIN, FAILED, type Sockets } from "./sockets.ts";

/** Bytes that a slow client sends at once. */
const PIECE_BYTES = 16;

/** What the clients of a load share, and whom they tell what happens. */
export interface Surroundings {
  readonly sockets: Sockets;
  readonly poller: Poller;
  /** Of the server, as {@linkcode Sockets.connect} takes it. */
  readonly address: Uint8Array<ArrayBuffer>;
  /** For what arrives; of one client at a time. */
  readonly buffer: Uint8Array<ArrayBuffer>;
  /** Whether each request has a connection of its own. */
  readonly closing: boolean;
  /** A client has a new socket. */
  opening(client: Client, socket: number): void;
  /** It is connected, and has no request. */
  opened(client: Client): void;
  sent(bytes: number): void;
  received(bytes: number): void;
  /** A slow client has sent a piece, and is to be told when to {@linkcode Client.resume}. */
  pausing(client: Client): void;
  /** An answer is whole; it is wrong where there is a failure. */
  answered(client: Client, failure: string | null): void;
  /** The connection is gone, with the request if there was one, for a reason such as `refused`. */
  failed(client: Client, reason: string): void;
  /** The server has closed a connection that had no request. */
  dropped(client: Client): void;
}

/** One connection of a load, and after its end the next one: at most one request at a time. */
export class Client {
  /** When the request that is under way was due. */
  due = 0;
  /** Whether it sends a few bytes at a time. */
  readonly isSlow: boolean;
  readonly #around: Surroundings;
  readonly #answer: AnswerReader;
  readonly #sequence: RequestSequence;
  #socket = -1;
  #isConnected = false;
  #message: ExactMessage | null = null;
  #written = 0;
  #waitsToWrite = false;
  /** Whether it has sent a piece and may not send the next one yet, on whatever connection. */
  #isPausing = false;

  constructor(
    around: Surroundings,
    answer: AnswerReader,
    sequence: RequestSequence,
    isSlow: boolean,
  ) {
    this.#around = around;
    this.#answer = answer;
    this.#sequence = sequence;
    this.isSlow = isSlow;
  }

  /** Whether a request is under way. */
  get isBusy(): boolean {
    return this.#message !== null;
  }

  /** Begins to connect, where there is no connection. */
  open(): void {
    if (this.#socket !== -1) return;
    const { sockets, poller, address } = this.#around;
    const socket = sockets.connect(address);
    if (socket === FAILED) return this.#fail(sockets.lastError);
    this.#socket = socket;
    this.#isConnected = false;
    poller.add(socket, WRITABLE);
    this.#around.opening(this, socket);
  }

  /** Sends the next request; before, it connects if it must. */
  request(due: number): void {
    this.due = due;
    this.#message = this.#sequence.next();
    this.#written = 0;
    if (this.#socket === -1) this.open();
    else if (this.#isConnected) this.#send(this.#message);
  }

  /** Sends what is left of the request, as far as the system takes it. */
  flush(): void {
    if (this.#message !== null && this.#isConnected) this.#write(this.#message);
  }

  /** The pause after a piece is over. */
  resume(): void {
    this.#isPausing = false;
    this.flush();
  }

  /** The poller has an event of this client's socket. */
  handle(flags: number): void {
    if (!this.#isConnected) return this.#connected();
    if ((flags & WRITABLE) !== 0) this.flush();
    if ((flags & (READABLE | BROKEN)) !== 0 && this.#socket !== -1) this.#receive();
  }

  /** Gives the connection up. */
  close(): void {
    if (this.#socket === -1) return;
    this.#around.sockets.close(this.#socket);
    this.#socket = -1;
    this.#isConnected = false;
    this.#waitsToWrite = false;
  }

  #connected(): void {
    const { sockets, poller } = this.#around;
    if (!sockets.isConnected(this.#socket)) return this.#fail(sockets.lastError);
    this.#isConnected = true;
    poller.change(this.#socket, READABLE);
    if (this.#message === null) this.#around.opened(this);
    else this.#send(this.#message);
  }

  #send(message: ExactMessage): void {
    this.#answer.begin(message);
    this.#write(message);
  }

  #write({ bytes }: ExactMessage): void {
    if (this.#isPausing) return;
    const { sockets, poller } = this.#around;
    const end = this.isSlow ? Math.min(this.#written + PIECE_BYTES, bytes.length) : bytes.length;
    const isWhole = this.#written === 0 && end === bytes.length;
    const rest = isWhole ? bytes : bytes.subarray(this.#written, end);
    const count = rest.length === 0 ? 0 : sockets.send(this.#socket, rest);
    if (count === FAILED) return this.#fail(sockets.lastError);
    if (count !== AGAIN) {
      this.#written += count;
      this.#around.sent(count);
    }
    const mustWait = this.#written < end;
    if (mustWait !== this.#waitsToWrite) {
      this.#waitsToWrite = mustWait;
      poller.change(this.#socket, mustWait ? READABLE | WRITABLE : READABLE);
    }
    if (mustWait || !this.isSlow) return;
    this.#isPausing = true;
    this.#around.pausing(this);
  }

  #receive(): void {
    const { sockets, buffer } = this.#around;
    for (;;) {
      const count = sockets.receive(this.#socket, buffer);
      if (count === AGAIN) return;
      if (count === FAILED) return this.#gone(sockets.lastError);
      if (count === 0) return this.#ended();
      this.#around.received(count);
      if (this.#message === null) return this.#gone("unasked");
      const standing = this.#answer.take(buffer.subarray(0, count));
      if (standing !== "more") return this.#over(standing === "last");
      if (count < buffer.length) return;
    }
  }

  #ended(): void {
    if (this.#message !== null && this.#answer.end()) this.#over(true);
    else this.#gone("closed");
  }

  #over(isLast: boolean): void {
    // What is left of a request that was answered too soon would be taken for the next one.
    const isCut = this.#message !== null && this.#written < this.#message.bytes.length;
    this.#message = null;
    if (isLast || isCut || this.#around.closing) this.close();
    this.#around.answered(this, this.#answer.failure);
  }

  /** A connection that was there is gone. */
  #gone(reason: string): void {
    if (this.#message !== null) return this.#fail(reason);
    this.close();
    this.#around.dropped(this);
  }

  #fail(reason: string): void {
    this.close();
    this.#message = null;
    this.#around.failed(this, reason);
  }
}
