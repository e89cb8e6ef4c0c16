import type { Clock, Timed } from "../../core/deadlines.ts";
import type { DialedConnection } from "../../core/dialed_connection.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { DecodedResponse, ResponseLimits } from "../codec/response_decoder.ts";
import { ResponseDecoder } from "../codec/response_decoder.ts";
import { Output } from "../conversation/output.ts";
import type { OutputBuffers } from "../conversation/output_buffers.ts";
import { SourceWriter } from "../conversation/source_writer.ts";
import type { BodySource, Field } from "../message.ts";
import { MalformedResponseError } from "../error.ts";
import { ExchangeError, type ExchangeFault } from "./exchange_error.ts";

/** How long parts of an exchange may take, in milliseconds; 0 means no limit. */
export interface ExchangeTimeouts {
  /** From the end of the request to the head of the response. */
  readonly head: number;
  /** Between two pieces of the response. */
  readonly idle: number;
  /** The whole exchange. */
  readonly total: number;
}

/** What the connections of one lane to the backends of a group share. */
export interface ClientSettings {
  readonly buffers: OutputBuffers;
  readonly limits: ResponseLimits;
  /** How long a connection is kept for its next request, in milliseconds; 0 for not at all. */
  readonly keepAlive: number;
}

/** Is told while an exchange waits for the head of the response, with each sweep of the deadlines. */
export interface Waiting {
  /** @param waited Milliseconds since the exchange began. */
  waits(waited: number): void;
}

/** What is waited for, for the timeouts. */
type Stage = "kept" | "sending" | "head" | "body";

/**
 * A connection on which this server is the client: it sends requests one after another, each once
 * the response before it was read (RFC 9112).
 */
export class ClientConnection implements Timed {
  /** Exchanges begun. */
  exchanges = 0;
  /** Whether the backend may have got a part of the current request. */
  hasSent = false;
  readonly #connection: DialedConnection;
  readonly #settings: ClientSettings;
  readonly #gone: (client: ClientConnection) => void;
  readonly #output: Output;
  readonly #decoder: ResponseDecoder;
  readonly #clock: Clock;
  #sources: SourceWriter | null = null;
  #stage: Stage = "sending";
  /** Whether a read waits for the backend. */
  #isReading = false;
  /** When the exchange began, and when it made progress, by the clock. */
  #begun = 0;
  #since = 0;
  #timeouts: ExchangeTimeouts = { head: 0, idle: 0, total: 0 };
  #waiting: Waiting | null = null;
  /** The timeout that has ended the connection. */
  #late: ExchangeFault | null = null;
  #isUploading = false;
  /** Whether the backend takes no further request. */
  #isLast = false;
  #isClosed = false;
  #received = 0;
  readonly #attended = () => {
    if (this.#stage === "kept") this.#drop();
  };

  /**
   * @param gone Called when a kept connection is closed: its backend has ended it, it was idle
   * for too long, or the lane drains.
   */
  constructor(
    connection: DialedConnection,
    settings: ClientSettings,
    gone: (client: ClientConnection) => void,
  ) {
    this.#connection = connection;
    this.#settings = settings;
    this.#gone = gone;
    this.#output = new Output(connection, settings.buffers);
    this.#decoder = new ResponseDecoder(settings.limits);
    this.#clock = connection.keepTime(this);
  }

  /** Whether the backend has sent a part of the current response. */
  get hasAnswered(): boolean {
    return this.#connection.bytesIn > this.#received;
  }

  /** Trailer fields of the response, after the end of its body. */
  get trailers(): readonly Field[] {
    return this.#decoder.trailers;
  }

  /** Begins an exchange. */
  begin(method: string, timeouts: ExchangeTimeouts, waiting: Waiting): void {
    this.exchanges++;
    this.hasSent = false;
    this.#timeouts = timeouts;
    this.#waiting = waiting;
    this.#received = this.#connection.bytesIn;
    this.#stage = "sending";
    this.#begun = this.#since = this.#clock.now;
    this.#decoder.begin(method);
  }

  /**
   * Sends a request without a body, or the head of one whose body may follow.
   *
   * @param head One character per byte.
   * @throws {ExchangeError} If the connection is lost.
   */
  async send(head: string): Promise<void> {
    try {
      // A head fits into the empty buffer of the system: if that fails, nothing was sent.
      await this.#output.writeHead(head);
    } catch (error) {
      throw this.#lost(error);
    }
    this.hasSent = true;
    this.#sent();
  }

  /**
   * Sends a request with its body, or a body whose head was sent.
   *
   * @param length Bytes of the body; null if it is chunked.
   * @throws {ExchangeError} If the connection is lost.
   * @throws Whatever the source throws.
   */
  async upload(head: string, source: BodySource, length: number | null): Promise<void> {
    this.#isUploading = this.hasSent = true;
    this.#sources ??= new SourceWriter(this.#connection, this.#output);
    this.#sources.sent = 0;
    const first = source.ready?.() ?? null;
    await this.#sources.write(head, source, length ?? "chunked", false, first);
    this.#isUploading = false;
    this.#sent();
  }

  /**
   * Receives a head: of an interim response, after which another follows, or of the final one.
   *
   * @throws {ExchangeError} If there is none, or it cannot be understood.
   */
  async receive(): Promise<DecodedResponse> {
    for (;;) {
      const decoded = this.#decode();
      if (decoded === "more") {
        if (await this.#fill()) continue;
        throw this.#fault("closed the connection without a response", this.#cutOff);
      }
      // Never a part of a body: that follows its head.
      const head = decoded as DecodedResponse;
      this.#since = this.#clock.now;
      if (head.status >= 200 || head.status === 101) {
        this.#stage = "body";
        this.#isLast = !head.keepAlive;
      }
      return head;
    }
  }

  /** A part of the body that has arrived; null if there is none, or the body is over. */
  ready(): Uint8Array<ArrayBuffer> | null {
    const decoded = this.#decode();
    return decoded instanceof Uint8Array ? decoded : null;
  }

  /**
   * Reads what has arrived of the body, or waits for more.
   *
   * @returns A view that is valid until the next read; null at the end.
   * @throws {ExchangeError} If it is cut off or malformed.
   */
  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    for (;;) {
      const decoded = this.#decode();
      if (decoded === "end") return null;
      // Never a head: the body is not over.
      if (decoded !== "more") return decoded as Uint8Array<ArrayBuffer>;
      if (await this.#fill()) continue;
      if (this.#decoder.endOfStream()) return null;
      throw this.#fault("closed the connection in the middle of a response", this.#cutOff);
    }
  }

  /**
   * Ends the exchange, and keeps the connection for the next one.
   *
   * @returns Whether it is kept; if not, it is closed.
   */
  keep(): boolean {
    this.#waiting = null;
    const connection = this.#connection;
    const isOver = this.#isLast || this.#isUploading || connection.hasPending ||
      connection.sawEnd || connection.draining.aborted || this.#settings.keepAlive === 0;
    if (isOver || this.#isClosed) {
      this.close();
      return false;
    }
    this.#stage = "kept";
    this.#since = this.#clock.now;
    // Notices when the backend closes the connection; the next response ends the same read.
    connection.attend().then(this.#attended, this.#attended);
    return true;
  }

  /** Whether the part of the response that has arrived ends it, so that nothing is left to read. */
  isAtEnd(): boolean {
    return this.#decode() === "end";
  }

  /** Closes the connection, in whatever state it is. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = null;
    if (this.#isUploading) this.#sources?.abandon(new Error("The response is over"));
    this.#connection.endAs("server");
    this.#connection.release(null);
  }

  /** Gives the connection to another protocol, after a 101; it is no longer used here. */
  detach(): DialedConnection {
    this.#isClosed = true;
    this.#waiting = null;
    this.#connection.keepTime(null);
    return this.#connection;
  }

  /** Called by the sweep of deadlines. */
  expire(): void {
    const clock = this.#clock;
    const { head, idle, total } = this.#timeouts;
    if (this.#stage === "kept") {
      const isOver = clock.isOver(this.#since, this.#settings.keepAlive);
      if (isOver || this.#connection.draining.aborted) this.#drop();
      return;
    }
    this.#waiting?.waits(clock.now - this.#begun);
    if (clock.isOver(this.#begun, total)) this.#expired("http_response_timeout");
    else if (this.#stage === "head" && clock.isOver(this.#since, head)) {
      this.#expired("http_response_timeout");
    } else if (this.#stage === "body" && this.#isReading && clock.isOver(this.#since, idle)) {
      this.#expired("connection_read_timeout");
    }
  }

  #sent(): void {
    this.#since = this.#clock.now;
    if (this.#stage === "sending") this.#stage = "head";
  }

  #decode() {
    try {
      const decoded = this.#decoder.decode(this.#connection.pending);
      this.#connection.skip(this.#decoder.consumed);
      return decoded;
    } catch (error) {
      if (!(error instanceof MalformedResponseError)) throw error;
      const fault = error.kind === "malformed"
        ? "http_protocol_error"
        : "http_response_header_section_size";
      throw this.#fault(`sent an invalid response: ${error.reason}`, fault, error);
    }
  }

  /** Waits for more; false if the backend has ended its stream. */
  async #fill(): Promise<boolean> {
    this.#isReading = true;
    try {
      const isMore = await this.#connection.fill();
      this.#since = this.#clock.now;
      return isMore;
    } catch (error) {
      throw this.#lost(error);
    } finally {
      this.#isReading = false;
    }
  }

  #drop(): void {
    // Closing it ends what was waited for, too.
    if (this.#isClosed) return;
    this.#gone(this);
    this.close();
  }

  #expired(fault: ExchangeFault): void {
    this.#late = fault;
    this.#connection.endAs("timeout");
  }

  #lost(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const late = this.#late;
    if (late !== null) return new ExchangeError("The backend took too long", late, "timeout");
    if (error instanceof ConnectionError && error.endedBy === "timeout") {
      return new ExchangeError("The backend takes no more", "connection_write_timeout", "timeout");
    }
    return this.#fault("was lost", this.#cutOff, error);
  }

  /** What is wrong if the connection has ended. */
  get #cutOff(): ExchangeFault {
    return this.#stage === "body" || this.hasAnswered
      ? "http_response_incomplete"
      : "connection_terminated";
  }

  #fault(what: string, fault: ExchangeFault, cause?: unknown): ExchangeError {
    return new ExchangeError(`The backend ${what}`, fault, "upstream", cause);
  }
}
