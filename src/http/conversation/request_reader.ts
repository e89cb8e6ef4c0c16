import type { Connection } from "../../core/connection.ts";
import { ConnectionError, IncompleteReadError } from "../../core/errors.ts";
import { HttpError } from "../error.ts";
import type { Output } from "./output.ts";
import type { BodyReader } from "./request_body.ts";
import { RequestDecoder, type RequestLimits } from "../codec/request_decoder.ts";
import type { RequestHead } from "../codec/request_head.ts";

/** Bytes of a body that nobody wants, which are read to keep the connection. */
const SKIPPED = 64 * 1024;
/** Milliseconds that a byte of a body may take: 500 bytes a second. */
const BYTE_TIME = 2;
const NOTHING = new Uint8Array(0);

/** Reads the requests of one connection: heads, and the body of the current one. */
export class RequestReader implements BodyReader {
  /** Whether the body of the current request was taken to its end. */
  isBodyOver = true;
  /** Whether the client is waited for to send more of the body. */
  isWaiting = false;
  /** The malformed or too large body that made the rest of the stream meaningless. */
  broken: HttpError | null = null;
  readonly #connection: Connection;
  readonly #output: Output;
  readonly #decoder: RequestDecoder;
  #head: RequestHead | null = null;
  #isContinued = false;
  /** Whether someone has a view of a part of the body. */
  #isLent = false;
  #isTakenBack = false;
  /** Bytes of the current body that were taken. */
  #taken = 0;
  #waited = 0;
  #waitingSince = 0;
  #isStopped = false;

  /** @param output What is in it is sent before the client is waited for. */
  constructor(connection: Connection, output: Output, limits: RequestLimits) {
    this.#connection = connection;
    this.#output = output;
    this.#decoder = new RequestDecoder(limits);
  }

  /** Whether a request has begun to arrive whose head is not complete. */
  get isInHead(): boolean {
    return this.#decoder.isInHead;
  }

  /** Milliseconds that the client has been waited for to send the current body. */
  get waited(): number {
    return this.isWaiting ? this.#waited + performance.now() - this.#waitingSince : this.#waited;
  }

  /**
   * The next head, if all of it has arrived. The request before must be over.
   *
   * @throws {HttpError} If it is malformed or too large.
   */
  next(): RequestHead | null {
    if (!this.#connection.hasPending) return null;
    const decoded = this.#decoder.decode(this.#connection.pending);
    if (decoded === "more") return null;
    this.#connection.skip(this.#decoder.consumed);
    // Between two requests there is nothing but heads.
    const head = this.#head = decoded as RequestHead;
    this.isBodyOver = head.contentLength === 0;
    this.#isContinued = this.#isLent = this.#isTakenBack = false;
    this.#taken = this.#waited = 0;
    return head;
  }

  /** The current request is answered: its head need not be kept any more. */
  end(): void {
    this.#head = null;
  }

  /**
   * Waits for more to arrive; also beside what else waits for it.
   *
   * @returns false when the client has ended.
   */
  fill(): Promise<boolean> {
    this.#head?.keep();
    return this.#connection.fill();
  }

  /**
   * Waits for the client's end, or more, beside a handler that may have a part of
   * the body.
   *
   * @returns Whether something came, which ends the watch.
   */
  async watch(): Promise<boolean> {
    // Who waits for the body will hear of the end, too.
    if (this.isWaiting) return true;
    this.#leaveLent();
    return await this.#connection.watch();
  }

  async readBody(): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#isLent = false;
    const part = await this.#nextPart(() => {
      if (this.#isTakenBack) throw new TypeError("Cannot read the body: the request is answered");
    });
    this.#isLent = part !== null;
    return part;
  }

  /** The request is answered: who still waits for its body waits in vain. */
  takeBack(): void {
    this.#isTakenBack = true;
  }

  /** Reads what nobody wants of the body, so that the next request can be found. */
  async skipBody(): Promise<void> {
    while (await this.#nextPart(() => {}) !== null);
  }

  /** Tells a client that waits for it to send the body (RFC 9110, 10.1.1). */
  continue(): void {
    if (!this.#head?.expectsContinue || this.#isContinued) return;
    this.#isContinued = true;
    if (this.isBodyOver || this.#taken > 0 || this.#connection.pending.length > 0) return;
    this.#output.addText("HTTP/1.1 100 Continue\r\n\r\n", "");
  }

  /** Whether what is left of the body is so little, or so near, that it can be passed over. */
  canSkipBody(): boolean {
    const { expectsContinue = false, contentLength = 0 } = this.#head ?? {};
    if (this.isBodyOver) return this.broken === null;
    if (expectsContinue && !this.#isContinued) return false;
    if (contentLength !== null) return contentLength - this.#taken <= SKIPPED;
    try {
      for (;;) {
        const decoded = this.#decodeBody();
        if (typeof decoded === "string") return decoded === "end";
      }
    } catch (error) {
      if (error instanceof HttpError) return false;
      throw error;
    }
  }

  /** Whether the client takes longer for the body than `timeout` and what its bytes may take. */
  isLate(timeout: number): boolean {
    return timeout > 0 && this.waited >= timeout + this.#taken * BYTE_TIME;
  }

  /** Whoever waits for the body waits in vain. */
  stop(): void {
    this.#isStopped = true;
    this.#leaveLent();
  }

  #leaveLent(): void {
    // The views are of the head and the body alike.
    this.#head?.keep();
    if (this.#isLent) this.#connection.leaveTaken();
    this.#isLent = false;
  }

  /** @param check Called whenever more has arrived; throws if it is not for the caller. */
  async #nextPart(check: () => void): Promise<Uint8Array<ArrayBuffer> | null> {
    while (!this.isBodyOver) {
      const decoded = this.#decodeBody();
      if (decoded === "end") break;
      if (decoded !== "more") return decoded;
      this.continue();
      const isMore = await this.#fillBody();
      check();
      if (!isMore) throw new IncompleteReadError(NOTHING);
    }
    if (this.broken !== null) throw this.broken;
    return null;
  }

  #decodeBody(): Uint8Array<ArrayBuffer> | "more" | "end" {
    try {
      const decoded = this.#decoder.decode(this.#connection.pending);
      this.#connection.skip(this.#decoder.consumed);
      if (decoded === "end") this.isBodyOver = true;
      if (decoded instanceof Uint8Array) this.#taken += decoded.length;
      // Within a body there are no heads.
      return decoded as Uint8Array<ArrayBuffer> | "more" | "end";
    } catch (error) {
      if (error instanceof HttpError) this.broken = error;
      this.isBodyOver = true;
      throw error;
    }
  }

  async #fillBody(): Promise<boolean> {
    this.#waitingSince = performance.now();
    this.isWaiting = true;
    try {
      if (!this.#output.isEmpty) await this.#output.flush();
      this.#head?.keep();
      // Who takes the body back may wait for the same.
      return await this.#connection.watch();
    } finally {
      this.isWaiting = false;
      this.#waited += performance.now() - this.#waitingSince;
      if (this.#isStopped) {
        // deno-lint-ignore no-unsafe-finally -- whatever arrived comes too late
        throw new ConnectionError("Cannot read the body: its time is over", "timeout");
      }
    }
  }
}
