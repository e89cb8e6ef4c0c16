import type { ConnectionContext } from "./connection_context.ts";
import { ConnectionRecord } from "./connection_record.ts";
import { readableOf, writableOf } from "./connection_streams.ts";
import type { Clock, Timed } from "./deadlines.ts";
import type { ConnectionSummary, EndedBy, Peer } from "./event.ts";
import { DRAIN_QUIET, phaseTimeout } from "./phase_timeouts.ts";
import { readExactly, readLine, readUntil } from "./pieces.ts";
import { Receiver } from "./receiver.ts";

const encoder = new TextEncoder();

/**
 * A connection to a client that was accepted, or to an upstream that was dialed:
 * its peer. One read and one write may be under way at a time.
 * Once it is over, whoever ended it, reads and writes throw a
 * {@linkcode ConnectionError}.
 */
export class Connection {
  readonly #socket: Deno.Conn;
  readonly #context: ConnectionContext;
  readonly #record: ConnectionRecord;
  readonly #receiver: Receiver;
  #isHalfClosed = false;
  #isClosed = false;
  /** Decides how long the peer may be silent; null leaves it to the connection. */
  #timed: Timed | null = null;

  /** @param number Unique in its lane. */
  constructor(readonly number: number, socket: Deno.Conn, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#record = new ConnectionRecord(context.peer, context.deadlines);
    this.#receiver = new Receiver(number, socket, context, this.#record);
    context.deadlines.add(this);
  }

  /** Unique in the life of the server. */
  get id(): string {
    return `${this.#context.lane}-${this.number}`;
  }

  get remoteAddr(): Deno.Addr {
    return this.#socket.remoteAddr;
  }

  get localAddr(): Deno.Addr {
    return this.#socket.localAddr;
  }

  /** Who is at the other end. */
  get peer(): Peer {
    return this.#record.peer;
  }

  /**
   * Aborts when its lane retires, as after a reload, and when the server drains:
   * end at the next good moment, there is no hurry.
   */
  get retiring(): AbortSignal {
    return this.#context.retiring;
  }

  /** Aborts when the server drains: finish what is in flight, and begin nothing new. */
  get draining(): AbortSignal {
    return this.#context.draining;
  }

  /** Whether the server has no room for another connection, so that clients may be waiting for this one to end. */
  get isCrowded(): boolean {
    return this.#context.isFull();
  }

  /** Whether the peer has said that it will send no more. */
  get sawEnd(): boolean {
    return this.#record.sawEnd;
  }

  /**
   * Reads what has arrived, or waits for it.
   *
   * @returns A view that is good until the next read; null when the peer has ended.
   */
  read(): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#receiver.read();
  }

  /** Whether bytes have arrived that were not taken. */
  get hasPending(): boolean {
    return this.#receiver.length > 0;
  }

  /** The bytes that have arrived and were not taken; a view that is good until the next read. */
  get pending(): Uint8Array<ArrayBuffer> {
    return this.#receiver.view();
  }

  /** Takes the first bytes of what is pending. */
  skip(count: number): void {
    this.#receiver.skip(count);
  }

  /** Leaves what was taken to its holder: no read, of any connection, will overwrite it. */
  leaveTaken(): void {
    this.#receiver.leaveTaken();
  }

  /**
   * Waits for more to arrive, beside what is pending.
   *
   * @returns false when the peer has ended.
   */
  fill(): Promise<boolean> {
    return this.#receiver.fill();
  }

  /**
   * Waits for more to arrive as {@linkcode fill} does. That may be called
   * meanwhile, as may {@linkcode read}: all wait for the same bytes.
   *
   * @returns false when the peer has ended.
   */
  watch(): Promise<boolean> {
    return this.#receiver.watch();
  }

  /**
   * Reads up to and including a suffix.
   *
   * @param limit The most bytes to accept, the suffix included.
   * @returns A view that is good until the next read; null when the peer ended between two pieces.
   * @throws {LimitExceededError} If there is no suffix within the limit.
   * @throws {IncompleteReadError} If the peer ended before the suffix.
   */
  readUntil(suffix: Uint8Array, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
    return readUntil(this, suffix, limit);
  }

  /**
   * Reads exactly `length` bytes.
   *
   * @returns A view that is good until the next read; null when the peer ended before the first.
   * @throws {IncompleteReadError} If the peer ended after some of them.
   */
  readExactly(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
    return readExactly(this, length);
  }

  /**
   * Reads a line of UTF-8 without its end (LF or CR LF). The last line need not
   * have one.
   *
   * @param limit The most bytes of a line, its end included.
   * @returns null when the peer has ended.
   * @throws {LimitExceededError} If the line is longer.
   */
  readLine(limit: number): Promise<string | null> {
    return readLine(this, limit);
  }

  /**
   * Writes all of the data; resolves when the kernel has taken it.
   *
   * @throws {ConnectionError} Also if the peer takes nothing for the length of `--write-timeout`.
   */
  write(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    if (this.#record.isWriting) {
      return Promise.reject(new Error("Cannot write: another write is under way, await it first"));
    }
    this.#record.startWriting();
    return this.#send(bytes);
  }

  /** Ends what is written; the peer can still send. */
  async end(): Promise<void> {
    if (this.#isHalfClosed) return;
    this.#isHalfClosed = true;
    try {
      // All stream sockets have it, but the type of accepted ones does not.
      await (this.#socket as Deno.TcpConn).closeWrite();
    } catch (error) {
      throw this.#record.lost(error);
    }
  }

  /** Counts a request before it is served; a connection that ends without any counts as one. */
  beginRequest(): void {
    this.#record.requests++;
    this.#context.traffic.request(this.number);
  }

  /** Closes at once, in both directions. */
  close(): void {
    this.endAs("server");
  }

  /** Closes at once and records who ended the connection; the first one counts. */
  endAs(endedBy: EndedBy): void {
    this.#record.end(endedBy);
    this.#closeSocket();
  }

  /**
   * Ends gracefully: half-closes, then waits a moment for the peer to do the
   * same. Closing while bytes of the peer are unread would reset the
   * connection, and lose what was written last (RFC 9112, 9.6).
   */
  async finish(endedBy: EndedBy): Promise<void> {
    this.#record.end(endedBy);
    if (this.#isClosed) return;
    this.#record.enter("closing");
    try {
      if (!this.sawEnd) {
        await this.end();
        // Whoever is reading will see the peer's end, or the sweep closes.
        if (this.#record.isReading || this.#isClosed) return;
        await this.#receiver.discard();
      }
    } catch { // The peer went away without waiting, or took too long.
    }
    this.#closeSocket();
  }

  /** What the peer sends, as a web stream. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return readableOf(this);
  }

  /** What is sent to the peer, as a web stream; closing it is {@linkcode end}. */
  get writable(): WritableStream<Uint8Array> {
    return writableOf(this);
  }

  /**
   * Lets the service decide how long the peer may be silent: from now on each
   * sweep calls `timed`, unless the connection is writing or closing.
   *
   * @returns The clock of the sweeps.
   */
  keepTime(timed: Timed): Clock {
    this.#timed = timed;
    return this.#context.deadlines;
  }

  /** For the sweep of deadlines: ends the connection if its time is over. */
  expire(): void {
    const { phase, since } = this.#record;
    const { deadlines, draining } = this.#context;
    if (this.#timed !== null && phase !== "writing" && phase !== "closing") {
      return this.#timed.expire();
    }
    if (phase === "idle" && draining.aborted && deadlines.isOver(since, DRAIN_QUIET)) {
      this.endAs("drain");
    } else if (deadlines.isOver(since, phaseTimeout(phase, this.#context))) {
      this.endAs("timeout");
    }
  }

  /** Gives back all that was lent, once nobody uses the connection any more. */
  release(error: Error | null): ConnectionSummary {
    this.#context.deadlines.delete(this);
    this.#closeSocket();
    this.#receiver.release();
    const { id, remoteAddr, localAddr } = this;
    return { id, remoteAddr, localAddr, ...this.#record.summary(), error };
  }

  // Not an async function, for the same reason as in the receiver.
  #send(bytes: Uint8Array): Promise<void> {
    return this.#socket.write(bytes).then(
      (count) => {
        const isAll = count === bytes.length;
        this.#record.sent(count, isAll);
        this.#context.traffic.sent(count);
        if (!isAll) return this.#send(bytes.subarray(count));
      },
      (error) => {
        this.#record.isWriting = false;
        throw this.#record.lost(error);
      },
    );
  }

  #closeSocket(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}
