import type { Connection } from "../../core/connection.ts";
import type { Clock } from "../../core/deadlines.ts";
import { ConnectionError, IncompleteReadError } from "../../core/errors.ts";
import { MAX_AHEAD } from "../../core/receiver.ts";
import type { RequestDecoder } from "../codec/request_decoder.ts";
import type { RequestHead } from "../codec/request_head.ts";
import { HttpError, LateReadError } from "../error.ts";
import type { TrustedClients } from "../forwarding/trusted_clients.ts";
import type { Field } from "../message.ts";
import type { Output } from "./output.ts";

/** Maximum bytes of an unread body that are skipped to keep the connection. */
const MAX_SKIPPED = 64 * 1024;
const NOTHING = new Uint8Array(0);

/** Reads the body of the current request of a connection. */
export class BodyReader {
  /** Whether the body has been read to its end. */
  isOver = true;
  /** Whether a read is waiting for the client to send more. */
  isWaiting = false;
  /** Whether the response to the request has begun. */
  isAnswered = false;
  /** Finds the clients of the peer; null unless that is a trusted proxy. */
  clients: TrustedClients | null = null;
  /** As in {@linkcode ConversationOptions}. */
  halfClosedTimeout = 0;
  idPrefix = "";
  /** Bytes of content that were decoded. */
  received = 0;
  /** Why the body could not be decoded; nothing after it on the connection can be, either. */
  failure: HttpError | null = null;
  readonly #connection: Connection;
  readonly #output: Output;
  readonly #decoder: RequestDecoder;
  readonly #clock: Clock;
  /** Of the current request; null between two requests. */
  #head: RequestHead | null = null;
  #isContinued = false;
  /** Whether the handler may still hold a view of the last part that it read. */
  #isLent = false;
  #isRevoked = false;
  #isStopped = false;
  /** The most bytes of content that the handler accepts; negative for any number. */
  #limit = -1;
  #waited = 0;
  #waitingSince = 0;

  /** @param output Flushed before a read waits for the client. */
  constructor(connection: Connection, output: Output, decoder: RequestDecoder, clock: Clock) {
    this.#connection = connection;
    this.#output = output;
    this.#decoder = decoder;
    this.#clock = clock;
  }

  /** Milliseconds spent waiting for the client to send the body, by the clock of the deadlines. */
  get waited(): number {
    return this.isWaiting ? this.#waited + this.#clock.now - this.#waitingSince : this.#waited;
  }

  /** Starts the body of the next request. */
  begin(head: RequestHead): void {
    this.#head = head;
    this.isOver = head.contentLength === 0;
    this.isAnswered = this.#isContinued = false;
    this.#isLent = this.#isRevoked = false;
    this.#limit = -1;
    this.received = this.#waited = 0;
  }

  /** Ends the current request, whose body is over. */
  end(): void {
    this.#head = null;
  }

  /**
   * Reads what has arrived, or waits for more.
   *
   * @returns A view that is valid until the next read; null at the end.
   * @throws {HttpError} 400, 413 or 431 if the body is malformed or too large.
   * @throws {ConnectionError} If the client disconnects, or takes too long.
   * @throws {LateReadError} If the response was sent while the read waited.
   */
  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#isLent = false;
    const head = this.#head;
    const part = await this.#nextPart(() => {
      // Meanwhile the next request may have begun, whose body is not for this reader.
      if (this.#isRevoked || this.#head !== head) throw new LateReadError();
    });
    this.#isLent = part !== null;
    return part;
  }

  /**
   * Waits until the client sends more or disconnects, while the handler may hold a
   * part of the body.
   *
   * @returns Whether the client sent more.
   */
  async watch(): Promise<boolean> {
    // A read is waiting: it notices if the client disconnects.
    if (this.isWaiting) return true;
    this.#leaveLent();
    return await this.#connection.attend();
  }

  /** See {@linkcode RequestBody.limit}. */
  limit(bytes: number): void {
    this.#limit = bytes;
    const { contentLength = 0 } = this.#head ?? {};
    if (Math.max(contentLength ?? 0, this.received) > bytes) this.#exceed();
  }

  /** The trailer fields of the current request, once its body is over. */
  get trailers(): readonly Field[] {
    return this.#decoder.trailers;
  }

  /** Whether {@linkcode watch} is worth while: no read waits, and little has been read ahead. */
  get canWatch(): boolean {
    return !this.isWaiting && this.#connection.pending.length < MAX_AHEAD;
  }

  /** Makes the handler's reads fail: its response was sent. */
  revoke(): void {
    this.#isRevoked = true;
  }

  /** Makes a waiting read fail with a timeout. */
  stop(): void {
    this.#isStopped = true;
    this.#leaveLent();
  }

  /** Adds a 100 to the output if the client waits for one to send the body (RFC 9110, 10.1.1). */
  continue(): void {
    if (!this.#head?.expectsContinue || this.#isContinued) return;
    this.#isContinued = true;
    if (this.isOver || this.received > 0 || this.#connection.pending.length > 0) return;
    this.#output.addText("HTTP/1.1 100 Continue\r\n\r\n", "");
  }

  /**
   * Sends an interim response.
   *
   * @param head With one character per byte.
   * @throws {ConnectionError} If the connection is over.
   */
  async inform(head: string): Promise<void> {
    await this.#output.gatherHead(head);
    if (!this.#output.isEmpty) await this.#output.flushAhead();
  }

  /** Whether the client waits for a 100 that was not sent, so that no body may ever come. */
  get isHeldBack(): boolean {
    return !this.isOver && !this.#isContinued && this.#head?.expectsContinue === true;
  }

  /** Whether the rest of the body is cheap to skip: it is short, or has arrived. */
  canSkip(): boolean {
    if (this.isOver) return this.failure === null;
    if (this.isHeldBack) return false;
    const { contentLength = 0 } = this.#head ?? {};
    if (contentLength !== null) return contentLength - this.received <= MAX_SKIPPED;
    try {
      for (;;) {
        const decoded = this.#decode();
        if (typeof decoded === "string") return decoded === "end";
      }
    } catch (error) {
      if (error instanceof HttpError) return false;
      throw error;
    }
  }

  /** Reads the rest of the body and drops it. */
  async skip(): Promise<void> {
    while (await this.#nextPart(() => {}) !== null);
  }

  #leaveLent(): void {
    // The head is a view of the same buffer as the body.
    this.#head?.keep();
    if (this.#isLent) this.#connection.leaveTaken();
    this.#isLent = false;
  }

  /** @param check Called whenever more has arrived; throws if the caller may not have it. */
  async #nextPart(check: () => void): Promise<Uint8Array<ArrayBuffer> | null> {
    while (!this.isOver) {
      const decoded = this.#decode();
      if (decoded === "end") break;
      if (decoded !== "more") return decoded;
      this.continue();
      const isMore = await this.#fill();
      check();
      if (!isMore) throw new IncompleteReadError(NOTHING);
    }
    if (this.failure !== null) throw this.failure;
    return null;
  }

  #decode(): Uint8Array<ArrayBuffer> | "more" | "end" {
    try {
      const decoded = this.#decoder.decode(this.#connection.pending);
      this.#connection.skip(this.#decoder.consumed);
      if (decoded === "end") this.isOver = true;
      if (decoded instanceof Uint8Array) {
        this.received += decoded.length;
        if (this.#limit >= 0 && this.received > this.#limit) this.#exceed();
      }
      // Never a head: the body is not over.
      return decoded as Uint8Array<ArrayBuffer> | "more" | "end";
    } catch (error) {
      if (error instanceof HttpError) this.failure = error;
      this.isOver = true;
      throw error;
    }
  }

  /** Refuses the body, which is not read any further. */
  #exceed(): never {
    this.isOver = true;
    throw this.failure = new HttpError(413, `the body is larger than ${this.#limit} bytes`);
  }

  /** Waits for more; false if the client has closed its end. */
  async #fill(): Promise<boolean> {
    this.#waitingSince = this.#clock.now;
    this.isWaiting = true;
    try {
      const { bytesIn } = this.#connection;
      if (!this.#output.isEmpty) await this.#output.flushAhead();
      // A read that waited, too, may have got the last bytes that will ever come.
      if (this.#connection.bytesIn > bytesIn) return true;
      this.#head?.keep();
      // Not fill(): skip() may wait at the same time as a read by the handler.
      return await this.#connection.watch();
    } finally {
      this.isWaiting = false;
      this.#waited += this.#clock.now - this.#waitingSince;
      if (this.#isStopped) {
        // deno-lint-ignore no-unsafe-finally -- whatever arrived is too late
        throw new ConnectionError("Cannot read the body: timed out", "timeout");
      }
    }
  }
}
