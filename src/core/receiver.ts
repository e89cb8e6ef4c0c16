import type { ConnectionContext } from "./connection_context.ts";
import type { ConnectionRecord } from "./connection_record.ts";
import { ConnectionError } from "./errors.ts";
import { ReadBuffer } from "./read_buffer.ts";
import type { Socket } from "./socket.ts";

/** Maximum bytes that are read ahead to notice that the peer leaves. */
export const MAX_AHEAD = 16 * 1024;
/** How long a service may leave its peer alone before that is watched, in milliseconds. */
const UNATTENDED = 100;

const asIs = (isMore: boolean): boolean => isMore;
const closed = () => new Deno.errors.Interrupted("The connection is closed");

/** The receiving half of a connection: reads into a lent buffer, one read at a time. */
export class Receiver {
  /** Called if the peer leaves while the service waits for something else. */
  onGone: ((error: ConnectionError) => void) | null = null;
  /** Whether the peer has announced that it sends no more. */
  isEndAnnounced = false;
  readonly #number: number;
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #record: ConnectionRecord;
  readonly #pending: ReadBuffer;
  #isHeld = false;
  #isReleased = false;
  /** A read in progress that others can join, or one that has failed. */
  #watching: Promise<boolean> | null = null;

  /** @param number The number of the connection. */
  constructor(
    number: number,
    socket: Socket,
    context: ConnectionContext,
    record: ConnectionRecord,
  ) {
    this.#number = number;
    this.#socket = socket;
    this.#context = context;
    this.#record = record;
    this.#pending = new ReadBuffer(context.buffers);
    context.reads.enter();
  }

  /** How many bytes are pending. */
  get length(): number {
    return this.#pending.length;
  }

  /** Whether the peer has ended its stream, or has announced that, and all of it was read. */
  get hasReadToEnd(): boolean {
    if (this.#record.sawEnd) return true;
    return this.isEndAnnounced && this.#pending.hasReadAll && !this.#record.isReading;
  }

  view(): Uint8Array<ArrayBuffer> {
    return this.#pending.view();
  }

  skip(count: number): void {
    this.#pending.skip(count);
  }

  leaveTaken(): void {
    // A read in progress writes to this buffer, behind the pending bytes.
    if (!this.#record.isReading) this.#pending.leave();
  }

  read(): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#pending.length > 0) return Promise.resolve(this.#takeAll());
    if (this.#watching !== null) {
      return this.#joined(this.#watching).then((isMore) => isMore ? this.#takeAll() : null);
    }
    return this.#receive((isMore) => isMore ? this.#takeAll() : null);
  }

  fill(): Promise<boolean> {
    return this.#watching === null ? this.#receive(asIs) : this.#joined(this.#watching);
  }

  watch(): Promise<boolean> {
    return this.#watching === null ? this.#watch(false) : this.#joined(this.#watching);
  }

  attend(): Promise<boolean> {
    return this.#watching ?? this.#watch(true);
  }

  /** Whether the next bytes, or some of them, are read already, or being read. */
  get isAhead(): boolean {
    return this.#pending.length > 0 || this.#watching !== null;
  }

  /** A flow reads from now on: by {@linkcode turn} and {@linkcode begin}. */
  enterFlow(): void {
    this.#context.reads.enterFlow();
  }

  /** The flow reads no more. */
  leaveFlow(): void {
    this.#context.reads.leaveFlow();
  }

  /** Resolves when a {@linkcode begin} may follow; null if it may at once. */
  turn(): Promise<void> | null {
    const { reads } = this.#context;
    if (reads.tryBegin(this.#pending.isFull)) return null;
    this.#isHeld = true;
    return reads.turn();
  }

  /**
   * Begins a read in its {@linkcode turn}, as a loop does that awaits the promise of the
   * socket itself, and then calls {@linkcode arrived} or {@linkcode lost}.
   *
   * @returns How many bytes have arrived; null at the end of the stream.
   */
  begin(): Promise<number | null> {
    this.#isHeld = false;
    if (this.#isReleased) throw closed();
    this.#record.startReading(false);
    return this.#socket.read(this.#pending.space());
  }

  /** Takes what a {@linkcode begin} has read: a view that is valid until the next read. */
  arrived(count: number | null): Uint8Array<ArrayBuffer> | null {
    return this.#afterRead(count) ? this.#takeAll() : null;
  }

  /** Makes the error for a read that has failed. */
  lost(cause: unknown): Error {
    this.#record.isReading = false;
    return cause instanceof ConnectionError ? cause : this.#record.lost(cause);
  }

  /** Takes the peer as gone, whatever the service does: this side has closed the connection. */
  abandon(): void {
    this.onGone?.(new ConnectionError("Cannot use the connection: it was closed", "drain"));
  }

  /** Called by the deadline sweep while the service does something else, since `since`. */
  checkPeer(since: number): void {
    // The end of the peer's stream may be a half-close, after which it waits for an answer.
    if (this.onGone === null || this.#record.isReading || this.#record.sawEnd) return;
    if (!this.#context.deadlines.isOver(since, UNATTENDED) || this.length >= MAX_AHEAD) return;
    this.leaveTaken();
    this.attend().catch((error) => {
      if (!(error instanceof ConnectionError)) return;
      // If this side has ended the connection, the service will see to the rest.
      const { endedBy, peer } = error;
      if (endedBy === peer || endedBy === "timeout") this.onGone?.(error);
    });
  }

  /** Whether a read waits until others have begun: what the peer has sent may be unread. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether a read is in progress that others can join. */
  get isWatching(): boolean {
    return this.#watching !== null;
  }

  /** Discards incoming bytes up to the end of the stream. */
  async discard(): Promise<void> {
    while (this.#watching !== null) await this.#watching;
    for (;;) {
      this.#takeAll();
      const count = await this.#socket.read(this.#pending.space());
      if (count === null || this.#isReleased) return;
      this.#pending.received(count);
    }
  }

  /**
   * Returns the buffer.
   *
   * @param mayBeHeld Whether someone may still hold a view of it: other connections must
   * not overwrite that.
   */
  release(mayBeHeld: boolean): void {
    this.#isReleased = true;
    this.#context.reads.leave();
    this.#pending.release(mayBeHeld || this.#record.isReading);
  }

  #watch(isAttending: boolean): Promise<boolean> {
    // A read that may not begin is not one that others could join.
    if (this.#record.isReading) return this.#receive(asIs);
    return this.#watching = this.#receive((isMore) => {
      this.#watching = null;
      return isMore;
    }, isAttending);
  }

  #joined(watching: Promise<boolean>): Promise<boolean> {
    this.#record.joinReading(this.#pending.length > 0);
    return watching;
  }

  // Chains the promise instead of awaiting it: an async function here would add 5 %
  // to the cost of a message.
  #receive<T>(then: (isMore: boolean) => T, isAttending = false): Promise<T> {
    if (this.#record.isReading) {
      return Promise.reject(new Error("Cannot read: another read is pending, await it first"));
    }
    if (isAttending) this.#record.startAttending();
    else this.#record.startReading(this.#pending.length > 0);
    return this.#context.reads.tryBegin() ? this.#begin(then) : this.#hold(then);
  }

  /** Lets the reads of other connections begin first. */
  #hold<T>(then: (isMore: boolean) => T): Promise<T> {
    this.#isHeld = true;
    return this.#context.reads.turn().then(() => {
      this.#isHeld = false;
      return this.#begin(then);
    });
  }

  #begin<T>(then: (isMore: boolean) => T): Promise<T> {
    if (this.#isReleased) return Promise.reject(this.lost(closed()));
    return this.#socket.read(this.#pending.space()).then(
      (count) => then(this.#afterRead(count)),
      (error) => {
        throw this.lost(error);
      },
    );
  }

  #afterRead(count: number | null): boolean {
    this.#context.reads.finished++;
    // The buffer is gone, and with it what was read just before.
    if (this.#isReleased) throw this.lost(closed());
    if (count === null) {
      this.#record.receivedEnd();
      return false;
    }
    this.#record.received(count);
    this.#context.traffic.received(count, this.#number);
    this.#pending.received(count);
    return true;
  }

  #takeAll(): Uint8Array<ArrayBuffer> {
    return this.#pending.take(this.#pending.length);
  }
}
