import type { ConnectionContext } from "./connection_context.ts";
import { readableOf, writableOf } from "./connection_streams.ts";
import type { Clock, Timed } from "./deadlines.ts";
import { ConnectionError } from "./errors.ts";
import type { ConnectionSummary, EndedBy, Phase } from "./event.ts";
import { readExactly, readLine, readUntil } from "./pieces.ts";
import { ReadBuffer } from "./read_buffer.ts";

/** How long a draining lane lets a silent client be, in milliseconds: what was sent arrives in it. */
const DRAIN_QUIET = 1000;
/** How long the last word may take to be read, in milliseconds; after it the kernel may reset. */
const LINGER = 5000;
/** The same while others wait for the place. */
const CROWDED_LINGER = 1000;
const encoder = new TextEncoder();

/**
 * One accepted client. One read and one write may be under way at a time.
 * Whatever ends it makes reads and writes throw a {@linkcode ConnectionError}.
 */
export class Connection {
  readonly #socket: Deno.Conn;
  readonly #context: ConnectionContext;
  readonly #accepted = performance.now();
  readonly #pending: ReadBuffer;
  #isReading = false;
  /** A read that is under way, and that others can join. */
  #watching: Promise<boolean> | null = null;
  #isWriting = false;
  /** What the client was in the middle of when it said its end; null before. */
  #endPhase: Phase | null = null;
  #saidEnd = false;
  #phase: Phase = "idle";
  #since: number;
  #bytesIn = 0;
  #bytesOut = 0;
  #requests = 0;
  #endedBy: EndedBy | null = null;
  #endedIn: Phase = "idle";
  #isClosed = false;
  /** Who judges how long the client may be silent; null is the connection itself. */
  #timed: Timed | null = null;

  /** @param number Unique in its lane. */
  constructor(readonly number: number, socket: Deno.Conn, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#pending = new ReadBuffer(context.buffers);
    this.#since = context.deadlines.now;
    context.deadlines.add(this);
  }

  /** Unique in this server's life. */
  get id(): string {
    return `${this.#context.lane}-${this.number}`;
  }

  get remoteAddr(): Deno.Addr {
    return this.#socket.remoteAddr;
  }

  get localAddr(): Deno.Addr {
    return this.#socket.localAddr;
  }

  /**
   * Aborts when its lane makes room for a newer one, as after a reload, and when
   * the server drains: end at the next good moment, there is no hurry.
   */
  get retiring(): AbortSignal {
    return this.#context.retiring;
  }

  /** Aborts when the server drains: finish what is in flight, and begin nothing new. */
  get draining(): AbortSignal {
    return this.#context.draining;
  }

  /** Whether the server has no room for another connection: others may wait for this one to end. */
  get isCrowded(): boolean {
    return this.#context.isFull();
  }

  /** Whether the client has said that it will send no more. */
  get sawEnd(): boolean {
    return this.#endPhase !== null;
  }

  /**
   * Reads what has arrived, or waits for it.
   *
   * @returns A view that is good until the next read; null when the client has ended.
   * @throws {ConnectionError} If the connection is over.
   */
  read(): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#pending.length > 0) return Promise.resolve(this.#takeAll());
    if (this.#watching !== null) {
      return this.#watching.then((isMore) => isMore ? this.#takeAll() : null);
    }
    return this.#receive((isMore) => isMore ? this.#takeAll() : null);
  }

  /** Whether something has arrived that was not taken. */
  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** What has arrived and was not taken; a view that is good until the next read. */
  get pending(): Uint8Array<ArrayBuffer> {
    return this.#pending.view();
  }

  /** Takes the first bytes of what is pending. */
  skip(count: number): void {
    this.#pending.skip(count);
  }

  /** Leaves what was taken to who has it: no read will overwrite it, in this connection or another. */
  leaveTaken(): void {
    // A read that is under way writes behind it.
    if (!this.#isReading) this.#pending.leave();
  }

  /**
   * Waits for more to arrive, beside what is pending.
   *
   * @returns false when the client has ended.
   * @throws {ConnectionError} If the connection is over.
   */
  fill(): Promise<boolean> {
    return this.#watching ?? this.#receive((isMore) => isMore);
  }

  /**
   * Waits for more to arrive as {@linkcode fill} does, which may be called meanwhile,
   * as may {@linkcode read}: they wait for the same.
   *
   * @returns false when the client has ended.
   * @throws {ConnectionError} If the connection is over.
   */
  watch(): Promise<boolean> {
    return this.#watching ??= this.#receive((isMore) => {
      this.#watching = null;
      return isMore;
    });
  }

  /**
   * Reads up to and including a suffix.
   *
   * @param limit The most bytes that may come, the suffix included.
   * @returns A view that is good until the next read; null when the client ended between two pieces.
   * @throws {LimitExceededError} If there is no suffix within the limit.
   * @throws {IncompleteReadError} If the client ended before the suffix.
   * @throws {ConnectionError} If the connection is over.
   */
  readUntil(suffix: Uint8Array, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
    return readUntil(this, suffix, limit);
  }

  /**
   * Reads exactly `length` bytes.
   *
   * @returns A view that is good until the next read; null when the client ended before the first.
   * @throws {IncompleteReadError} If the client ended after some of them.
   * @throws {ConnectionError} If the connection is over.
   */
  readExactly(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
    return readExactly(this, length);
  }

  /**
   * Reads a line of UTF-8 without its end (LF or CR LF). A last line without an
   * end is a line.
   *
   * @param limit The most bytes of a line, its end included.
   * @returns null when the client has ended.
   * @throws {LimitExceededError} If the line is longer.
   * @throws {ConnectionError} If the connection is over.
   */
  readLine(limit: number): Promise<string | null> {
    return readLine(this, limit);
  }

  /**
   * Writes all of the data; resolves when the kernel has taken it.
   *
   * @throws {ConnectionError} If the connection is over, or the client takes
   * nothing for the length of `--write-timeout`.
   */
  write(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    if (this.#isWriting) {
      return Promise.reject(new Error("Cannot write: another write is under way, await it first"));
    }
    this.#isWriting = true;
    this.#enter("writing");
    return this.#send(bytes);
  }

  /**
   * Says that nothing more will be written; the client can still send.
   *
   * @throws {ConnectionError} If the connection is over.
   */
  async end(): Promise<void> {
    if (this.#saidEnd) return;
    this.#saidEnd = true;
    try {
      // Both kinds of stream socket have it; the type of what a listener accepts does not say so.
      await (this.#socket as Deno.TcpConn).closeWrite();
    } catch (error) {
      throw this.#lost(error);
    }
  }

  /** Counts a request, before it is served; a connection that ends without any counts as one. */
  beginRequest(): void {
    this.#requests++;
    this.#context.traffic.request(this.number);
  }

  /** Closes at once, in both directions. */
  close(): void {
    this.endAs("server");
  }

  /** Closes at once and remembers who ended it; the first one counts. */
  endAs(endedBy: EndedBy): void {
    this.#note(endedBy);
    this.#closeSocket();
  }

  /**
   * Ends as an orderly server does: says its end, then waits a moment until the
   * client has heard it. Closing while data of the client is still unread would
   * reset the connection, and with it what was written last (RFC 9112, 9.6).
   */
  async finish(endedBy: EndedBy): Promise<void> {
    this.#note(endedBy);
    if (this.#isClosed) return;
    this.#enter("closing");
    try {
      if (!this.sawEnd) {
        await this.end();
        // Someone reads already: the reader will see the client's end, or the sweep closes.
        if (this.#isReading || this.#isClosed) return;
        this.#pending.take(this.#pending.length);
        while ((await this.#socket.read(this.#pending.space())) !== null);
      }
    } catch { // The client went away without waiting, or the time to linger is over.
    }
    this.#closeSocket();
  }

  /** The connection as a web stream of what the client sends. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return readableOf(this);
  }

  /** The connection as a web stream of what is sent to the client; closing it is {@linkcode end}. */
  get writable(): WritableStream<Uint8Array> {
    return writableOf(this);
  }

  /**
   * From now on the service itself judges how long its client may be silent: it
   * is asked at each sweep, but while the connection writes or ends.
   *
   * @returns The clock of the sweeps.
   */
  keepTime(timed: Timed): Clock {
    this.#timed = timed;
    return this.#context.deadlines;
  }

  /** For the sweep of deadlines: closes if this connection's time is over. */
  expire(): void {
    const { deadlines, idleTimeout, writeTimeout, draining } = this.#context;
    const since = this.#since;
    if (this.#timed !== null && this.#phase !== "writing" && this.#phase !== "closing") {
      return this.#timed.expire();
    }
    switch (this.#phase) {
      case "idle":
        if (draining.aborted && deadlines.isOver(since, DRAIN_QUIET)) this.endAs("drain");
        else if (deadlines.isOver(since, idleTimeout)) this.endAs("timeout");
        return;
      case "reading":
        if (deadlines.isOver(since, idleTimeout)) this.endAs("timeout");
        return;
      case "writing":
        if (deadlines.isOver(since, writeTimeout)) this.endAs("timeout");
        return;
      case "closing":
        if (deadlines.isOver(since, this.isCrowded ? CROWDED_LINGER : LINGER)) this.#closeSocket();
        return;
      case "serving":
        return;
    }
  }

  /** Gives all that was lent back; the acceptor calls it when nobody uses the connection any more. */
  release(error: Error | null): ConnectionSummary {
    this.#context.deadlines.delete(this);
    this.#closeSocket();
    this.#pending.release(this.#isReading);
    return {
      id: this.id,
      remoteAddr: this.remoteAddr,
      localAddr: this.localAddr,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      requests: this.#requests,
      duration: performance.now() - this.#accepted,
      endedBy: this.#endedBy ?? "server",
      phase: this.#endedIn,
      error,
    };
  }

  // Promises by hand, here and in write(): an async function more would be an
  // await more for each message, a twentieth of what a message costs.
  #receive<T>(then: (isMore: boolean) => T): Promise<T> {
    if (this.#isReading) {
      return Promise.reject(new Error("Cannot read: another read is under way, await it first"));
    }
    this.#isReading = true;
    if (!this.#isWriting) this.#enter(this.#pending.length === 0 ? "idle" : "reading");
    const space = this.#pending.space();
    return this.#socket.read(space).then(
      (count) => then(this.#afterRead(count, space.length)),
      (error) => {
        this.#isReading = false;
        throw this.#lost(error);
      },
    );
  }

  #takeAll(): Uint8Array<ArrayBuffer> {
    return this.#pending.take(this.#pending.length);
  }

  #send(bytes: Uint8Array): Promise<void> {
    return this.#socket.write(bytes).then(
      (count) => {
        this.#bytesOut += count;
        this.#context.traffic.sent(count);
        if (count < bytes.length) {
          this.#enter("writing");
          return this.#send(bytes.subarray(count));
        }
        this.#isWriting = false;
        this.#enter(this.#isReading ? "idle" : "serving");
      },
      (error) => {
        this.#isWriting = false;
        throw this.#lost(error);
      },
    );
  }

  #afterRead(count: number | null, space: number): boolean {
    this.#isReading = false;
    if (count === null) {
      this.#endPhase ??= this.#phase;
      this.#enter("serving");
      return false;
    }
    this.#bytesIn += count;
    this.#context.traffic.received(count, this.number);
    this.#pending.received(count, space);
    if (!this.#isWriting) this.#enter("serving");
    return true;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#since = this.#context.deadlines.now;
  }

  /** Puts a name to a failed read or write: our own close comes back as one, too. */
  #lost(error: unknown): Error {
    // Something other than data was to be written: a bug of the caller, not the client's end.
    if (error instanceof TypeError) return error;
    const endedBy = this.#note("client");
    const reason = error instanceof Error ? error.message : String(error);
    return new ConnectionError(
      `Cannot go on with the connection: ended by ${endedBy} while ${this.#endedIn} (${reason})`,
      endedBy,
      { cause: error },
    );
  }

  /** Remembers who ended the connection; the first one counts, and is returned. */
  #note(endedBy: EndedBy): EndedBy {
    if (this.#endedBy !== null) return this.#endedBy;
    this.#endedIn = endedBy === "client" ? this.#endPhase ?? this.#phase : this.#phase;
    return this.#endedBy = endedBy;
  }

  #closeSocket(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}
