import type { Timed } from "../../core/deadlines.ts";
import type { DialedConnection } from "../../core/dialed_connection.ts";
import type { DecodedResponse } from "../codec/response_decoder.ts";
import { ResponseDecoder } from "../codec/response_decoder.ts";
import { Output } from "../conversation/output.ts";
import { SourceWriter } from "../conversation/source_writer.ts";
import type { BodySource, Field } from "../message.ts";
import { isInterim } from "../status.ts";
import type { ClientSettings, Waiting } from "./client_settings.ts";
import { type ExchangeFault, lostBy, undecodable, wrongOf } from "./exchange_error.ts";
import { type ExchangeTimeouts, ExchangeTimes } from "./exchange_times.ts";

/**
 * A connection on which this server is the client: it sends requests one after another, each once
 * the response before it was read (RFC 9112).
 */
export class ClientConnection implements Timed {
  /** Exchanges begun. */
  exchanges = 0;
  readonly timesWrites = true;
  readonly #connection: DialedConnection;
  readonly #settings: ClientSettings;
  readonly #gone: (client: ClientConnection) => void;
  readonly #output: Output;
  readonly #decoder: ResponseDecoder;
  readonly #times: ExchangeTimes;
  #sources: SourceWriter | null = null;
  #waiting: Waiting | null = null;
  /** The timeout that has ended the connection. */
  #late: ExchangeFault | null = null;
  #isUploading = false;
  /** Whether the backend takes no further request. */
  #isLast = false;
  #isClosed = false;
  /** Bytes that had been sent, and had arrived, when the exchange began. */
  #sent = 0;
  #received = 0;
  // Made once, since they serve each exchange.
  readonly #onAttended = () => {
    if (this.#times.stage === "kept") this.#drop();
  };
  readonly #onSent = () => this.#times.sent();
  readonly #onMore = (isMore: boolean) => {
    this.#times.isReading = false;
    this.#times.moved();
    if (isMore || this.#decoder.endOfStream()) return;
    throw wrongOf("closed the connection before the end of its response", this.#cutOff);
  };
  readonly #onLost = (error: unknown) => {
    this.#times.isReading = false;
    throw lostBy(error, this.#late, this.#cutOff);
  };

  /** @param gone Called when a kept connection is closed, by either side. */
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
    this.#times = new ExchangeTimes(connection.keepTime(this));
  }

  /** Whether the backend may have got a part of the current request. */
  get hasSent(): boolean {
    return this.#connection.bytesOut > this.#sent;
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
  begin(method: string, timeouts: ExchangeTimeouts, waiting: Waiting | null): void {
    this.exchanges++;
    this.#waiting = waiting;
    this.#sent = this.#connection.bytesOut;
    this.#received = this.#connection.bytesIn;
    this.#times.begin(timeouts);
    this.#decoder.begin(method);
  }

  /**
   * Sends a request without a body, or a head whose body may follow.
   *
   * @param head One character per byte.
   * @throws {ExchangeError} If the connection is lost.
   */
  send(head: string): Promise<void> {
    const sending = this.#output.addText(head, "")
      ? this.#output.flush()
      : this.#output.writeHead(head);
    return sending.then(this.#onSent, this.#onLost);
  }

  /**
   * Sends a request with its body, or a body whose head was sent.
   *
   * @param length Bytes of the body; null if it is chunked.
   * @throws {ConnectionError} If the connection is lost; and whatever the source throws.
   */
  async upload(head: string, source: BodySource, length: number | null): Promise<void> {
    this.#isUploading = true;
    this.#times.uploads();
    this.#sources ??= new SourceWriter(this.#connection, this.#output);
    this.#sources.sent = 0;
    const first = source.ready?.() ?? null;
    await this.#sources.write(head, source, length ?? "chunked", false, first);
    this.#isUploading = false;
    this.#times.sent();
  }

  /**
   * The head that has arrived: of an interim response, after which another follows, or of the
   * final one.
   *
   * @returns null if it has not arrived completely: {@linkcode more} waits for more of it.
   * @throws {ExchangeError} If it cannot be understood.
   */
  head(): DecodedResponse | null {
    const decoded = this.#decode();
    if (decoded === "more") return null;
    // Never a part of a body: that follows its head.
    const head = decoded as DecodedResponse;
    if (!isInterim(head.status)) {
      this.#times.enter("body");
      this.#isLast = !head.keepAlive;
    }
    return head;
  }

  /**
   * Waits for more of a response, which is not over.
   *
   * @throws {ExchangeError} If the connection is lost, or the backend has ended it.
   */
  more(): Promise<void> {
    this.#times.isReading = true;
    return this.#connection.fill().then(this.#onMore, this.#onLost);
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
      await this.more();
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
    this.#times.enter("kept");
    // Notices when the backend closes the connection; the next response ends the same read.
    connection.attend().then(this.#onAttended, this.#onAttended);
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

  expire(): void {
    if (this.#times.stage === "kept") {
      const isOver = this.#times.hasLasted(this.#settings.keepAlive);
      if (isOver || this.#connection.draining.aborted) this.#drop();
      return;
    }
    this.#waiting?.waits(this.#times.elapsed);
    this.#late ??= this.#times.fault(this.#connection.bytesOut, this.#sources?.isWaiting === true);
    if (this.#late !== null) this.#connection.endAs("timeout");
  }

  #decode() {
    try {
      const decoded = this.#decoder.decode(this.#connection.pending);
      this.#connection.skip(this.#decoder.consumed);
      return decoded;
    } catch (error) {
      throw undecodable(error);
    }
  }

  #drop(): void {
    // Closing it ends what was waited for, too.
    if (this.#isClosed) return;
    this.#gone(this);
    this.close();
  }

  /** What is wrong if the connection has ended. */
  get #cutOff(): ExchangeFault {
    return this.hasAnswered ? "http_response_incomplete" : "connection_terminated";
  }
}
