import type { ConnectionContext } from "./connection_context.ts";
import type { ConnectionRecord } from "./connection_record.ts";
import { readableOf, writableOf } from "./connection_streams.ts";
import type { Clock, Timed } from "./deadlines.ts";
import type { Failure } from "./errors.ts";
import type { ConnectionSummary, EndedBy, Forwarding, Peer } from "./event.ts";
import { Flow, type FlowFilter, type FlowHost } from "./flow.ts";
import type { OpenConnection, Progress, RequestInProgress } from "./open_connections.ts";
import { DRAIN_QUIET, phaseTimeout } from "./phase_timeouts.ts";
import { readExactly, readLine, readUntil } from "./pieces.ts";
import { Receiver } from "./receiver.ts";
import { reset } from "./reset.ts";
import { Sender } from "./sender.ts";
import type { Socket } from "./socket.ts";
import { recordFor } from "./waiting_record.ts";

const encoder = new TextEncoder();

/**
 * A connection to a peer: an accepted client or a dialed upstream. One read and
 * one write may be pending at a time. Once either side has closed it, reads
 * and writes throw a {@linkcode ConnectionError}.
 */
export class Connection implements OpenConnection {
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #record: ConnectionRecord;
  readonly #receiver: Receiver;
  readonly #sender: Sender;
  readonly #place: number;
  #isClosed = false;
  /** How the client is sent on to a backend, for the record of the connection. */
  forwarding: Forwarding | null = null;
  /** Decides how long the peer may be silent; null applies the connection's own timeouts. */
  #timed: Timed | null = null;

  /** @param number Unique within the lane. */
  constructor(readonly number: number, socket: Socket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.#record = recordFor(context);
    this.#receiver = new Receiver(number, socket, context, this.#record);
    this.#sender = new Sender(socket, context, this.#record);
    this.#place = context.deadlines.add(this);
  }

  /** Unique for the life of the server. */
  get id(): string {
    return `${this.#context.lane}-${this.number}`;
  }

  get remoteAddr(): Deno.Addr {
    return this.#socket.remoteAddr;
  }

  get localAddr(): Deno.Addr {
    return this.#socket.localAddr;
  }

  /** The address of this side of the socket, whatever a proxy in front of it says. */
  get socketAddr(): Deno.Addr {
    return this.#socket.localAddr;
  }

  /** Bytes received so far. */
  get bytesIn(): number {
    return this.#record.bytesIn;
  }

  /** Bytes sent so far. */
  get bytesOut(): number {
    return this.#record.bytesOut;
  }

  /** How far it has come. */
  get progress(): Progress {
    return this.#record;
  }

  /** The request that is being served; null if there is none, or the service knows of none. */
  get requestInProgress(): RequestInProgress | null {
    return this.#timed?.request ?? null;
  }

  /** The other end: a client or an upstream. */
  get peer(): Peer {
    return this.#record.peer;
  }

  /** Aborts when the lane retires, as after a reload, or drains: end soon, but without hurry. */
  get retiring(): AbortSignal {
    return this.#context.retiring;
  }

  /** Aborts when the server drains: finish what is in flight and start nothing new. */
  get draining(): AbortSignal {
    return this.#context.draining;
  }

  /** How long the peer may be silent, in milliseconds; 0 means no limit. */
  get idleTimeout(): number {
    return this.#context.idleTimeout;
  }

  /** Whether the server is at its connection limit, so that clients may be waiting for a place. */
  get isCrowded(): boolean {
    return this.#context.isFull();
  }

  /** Whether the peer has ended its stream: it will send no more. */
  get sawEnd(): boolean {
    return this.#record.sawEnd;
  }

  /**
   * Reads what has arrived, or waits for it.
   *
   * @returns A view that is valid until the next read; null at the end of the stream.
   */
  read(): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#receiver.read();
  }

  /** Whether bytes have arrived that are not consumed yet. */
  get hasPending(): boolean {
    return this.#receiver.length > 0;
  }

  /** The bytes that have arrived and are not consumed yet: a view, valid until the next read. */
  get pending(): Uint8Array<ArrayBuffer> {
    return this.#receiver.view();
  }

  /** Consumes the first `count` pending bytes. */
  skip(count: number): void {
    this.#receiver.skip(count);
  }

  /** Keeps the views of consumed bytes valid for good: no read of any connection overwrites them. */
  leaveTaken(): void {
    this.#receiver.leaveTaken();
  }

  /** Waits for more bytes, in addition to those pending; false at the end of the stream. */
  fill(): Promise<boolean> {
    return this.#receiver.fill();
  }

  /**
   * Like {@linkcode fill}, but {@linkcode fill} and {@linkcode read} may be called
   * meanwhile: all of them wait for the same bytes.
   *
   * @returns false at the end of the stream.
   */
  watch(): Promise<boolean> {
    return this.#receiver.watch();
  }

  /** Like {@linkcode watch}, but only to notice what the peer does: the phase does not change. */
  attend(): Promise<boolean> {
    return this.#receiver.attend();
  }

  /**
   * Reads up to and including a suffix.
   *
   * @param limit The most bytes to accept, including the suffix.
   * @returns A view that is valid until the next read; null if the stream ends between pieces.
   * @throws {LimitExceededError} If there is no suffix within the limit.
   * @throws {IncompleteReadError} If the stream ends before the suffix.
   */
  readUntil(suffix: Uint8Array, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
    return readUntil(this, suffix, limit);
  }

  /**
   * Reads exactly `length` bytes.
   *
   * @returns A view that is valid until the next read; null if the stream ends before the first byte.
   * @throws {IncompleteReadError} If the stream ends after some of them.
   */
  readExactly(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
    return readExactly(this, length);
  }

  /**
   * Reads a line of UTF-8, without its line ending (LF or CR LF). The last line
   * need not have one.
   *
   * @param limit The most bytes of a line, including its line ending.
   * @returns null at the end of the stream.
   * @throws {LimitExceededError} If the line is longer.
   */
  readLine(limit: number): Promise<string | null> {
    return readLine(this, limit);
  }

  /**
   * Writes all of the data; resolves when the kernel has accepted it.
   *
   * @throws {ConnectionError} If the connection ends, for example by `--write-timeout`.
   * @throws {Error} If another write is pending.
   */
  write(data: Uint8Array | string): Promise<void> {
    return this.#sender.write(typeof data === "string" ? encoder.encode(data) : data);
  }

  /** Half-closes the connection: ends the outgoing stream; the peer can still send. */
  end(): Promise<void> {
    return this.#sender.end();
  }

  /** A flow of all that arrives on this connection from now on to another one; it has yet to be run. */
  flowTo(other: Connection, host: FlowHost, filter: FlowFilter | null): Flow {
    return new Flow(this.#receiver, other.#sender, host, filter);
  }

  /**
   * Runs a service, and calls `end` once it returns or throws; earlier, with a
   * {@linkcode ConnectionError}, if the peer resets the connection while the service waits
   * for something else, or after {@linkcode abandon}.
   */
  serve(
    service: (connection: Connection) => Promise<void>,
    end: (failure: Failure | null) => void,
  ): void {
    const fail = (cause: unknown) => this.#endService(end, { cause });
    this.#receiver.onGone = fail;
    try {
      service(this).then(() => this.#endService(end, null), fail);
    } catch (cause) { // It is not an async function.
      fail(cause);
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

  /** Closes at once and records who ended the connection; the first record counts. */
  endAs(endedBy: EndedBy): void {
    this.#record.end(endedBy);
    this.#closeSocket();
  }

  /**
   * Like {@linkcode endAs}, and resets the connection where the system allows it: the peer
   * must not take what it got for the whole.
   */
  resetAs(endedBy: EndedBy): void {
    this.#record.end(endedBy);
    if (!this.#isClosed) reset(this.#socket);
    this.#closeSocket();
  }

  /** Waits no longer for the service of a connection that was closed: it may never return. */
  abandon(): void {
    this.#receiver.abandon();
  }

  /** The peer has announced that it sends no more: {@linkcode finish} need not wait for it. */
  announceEnd(): void {
    this.#receiver.isEndAnnounced = true;
  }

  /**
   * Ends gracefully: half-closes, then waits a moment for the peer to do the
   * same. Closing with unread bytes would reset the connection and lose what was
   * written last (RFC 9112, 9.6).
   *
   * @returns null if there is nothing to wait for.
   */
  finish(endedBy: EndedBy): Promise<void> | null {
    this.#record.end(endedBy);
    if (!this.#isClosed && !this.#receiver.hasReadToEnd) return this.#linger(endedBy);
    this.#closeSocket();
    return null;
  }

  /**
   * Half-closes, and from then on leaves the peer only a moment to do the same: the
   * beginning of {@linkcode finish} for who reads on by itself.
   */
  async leave(endedBy: EndedBy): Promise<void> {
    this.#record.end(endedBy);
    this.#record.enter("closing");
    await this.end();
  }

  /** The incoming bytes as a web stream. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return readableOf(this);
  }

  /** The outgoing bytes as a web stream; closing it calls {@linkcode end}. */
  get writable(): WritableStream<Uint8Array> {
    return writableOf(this);
  }

  /**
   * Lets the service decide how long the peer may be silent: from now on each
   * sweep calls `timed`, unless the connection is writing or closing; null undoes it.
   *
   * @returns The clock of the sweeps.
   */
  keepTime(timed: Timed | null): Clock {
    this.#timed = timed;
    return this.#context.deadlines;
  }

  /** Called by the deadline sweep: ends the connection if it has timed out. */
  expire(): void {
    if (this.#receiver.isHeld) return;
    const { phase, since } = this.#record;
    const { deadlines, draining } = this.#context;
    const isTimed = phase === "writing" ? this.#timed?.timesWrites === true : phase !== "closing";
    if (this.#timed !== null && isTimed) return this.#timed.expire();
    if (phase === "serving" || phase === "idle") this.#receiver.checkPeer(since);
    if (phase === "idle" && draining.aborted && deadlines.isOver(since, DRAIN_QUIET)) {
      this.endAs("drain");
    } else if (deadlines.isOver(since, phaseTimeout(phase, this.#context))) {
      this.endAs("timeout");
    }
  }

  /** Closes the connection and returns what it borrowed, once nothing uses it any more. */
  release(error: Error | null): ConnectionSummary {
    this.#context.deadlines.delete(this, this.#place);
    this.#closeSocket();
    this.#receiver.release(error !== null); // Then the service may still run.
    const { id, remoteAddr, localAddr, forwarding } = this;
    return { id, remoteAddr, localAddr, forwarding, ...this.#record.summary(), error };
  }

  #endService(end: (failure: Failure | null) => void, failure: Failure | null): void {
    if (this.#receiver.onGone === null) return; // It is no longer waited for.
    this.#receiver.onGone = null;
    end(failure);
  }

  async #linger(endedBy: EndedBy): Promise<void> {
    try {
      await this.leave(endedBy);
      // The service's own read sees the peer's end, or the deadline sweep closes.
      const isRead = this.#record.isReading && !this.#receiver.isWatching;
      if (isRead || this.#isClosed) return;
      await this.#receiver.discard();
    } catch { // The peer went away without waiting, or took too long.
    }
    this.#closeSocket();
  }

  #closeSocket(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}
