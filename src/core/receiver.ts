import type { ConnectionContext } from "./connection_context.ts";
import type { ConnectionRecord } from "./connection_record.ts";
import { ReadBuffer } from "./read_buffer.ts";

/** The receiving half of a connection: reads into a lent buffer, one read at a time. */
export class Receiver {
  readonly #number: number;
  readonly #socket: Deno.Conn;
  readonly #context: ConnectionContext;
  readonly #record: ConnectionRecord;
  readonly #pending: ReadBuffer;
  /** A read in progress that others can join. */
  #watching: Promise<boolean> | null = null;

  /** @param number The number of the connection. */
  constructor(
    number: number,
    socket: Deno.Conn,
    context: ConnectionContext,
    record: ConnectionRecord,
  ) {
    this.#number = number;
    this.#socket = socket;
    this.#context = context;
    this.#record = record;
    this.#pending = new ReadBuffer(context.buffers);
  }

  /** How many bytes are pending. */
  get length(): number {
    return this.#pending.length;
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
      return this.#watching.then((isMore) => isMore ? this.#takeAll() : null);
    }
    return this.#receive((isMore) => isMore ? this.#takeAll() : null);
  }

  fill(): Promise<boolean> {
    return this.#watching ?? this.#receive((isMore) => isMore);
  }

  watch(): Promise<boolean> {
    return this.#watching ??= this.#receive((isMore) => {
      this.#watching = null;
      return isMore;
    });
  }

  /** Whether a read is in progress that others can join. */
  get isWatching(): boolean {
    return this.#watching !== null;
  }

  /** Discards incoming bytes up to the end of the stream. */
  async discard(): Promise<void> {
    while (this.#watching !== null) await this.#watching;
    this.#takeAll();
    while ((await this.#socket.read(this.#pending.space())) !== null);
  }

  /** Returns the buffer. */
  release(): void {
    this.#pending.release(this.#record.isReading);
  }

  // Chains the promise instead of awaiting it: an async function here would add 5 %
  // to the cost of a message.
  #receive<T>(then: (isMore: boolean) => T): Promise<T> {
    if (this.#record.isReading) {
      return Promise.reject(new Error("Cannot read: another read is pending, await it first"));
    }
    this.#record.startReading(this.#pending.length > 0);
    const space = this.#pending.space();
    return this.#socket.read(space).then(
      (count) => then(this.#afterRead(count, space.length)),
      (error) => {
        this.#record.isReading = false;
        throw this.#record.lost(error);
      },
    );
  }

  #afterRead(count: number | null, space: number): boolean {
    if (count === null) {
      this.#record.receivedEnd();
      return false;
    }
    this.#record.received(count);
    this.#context.traffic.received(count, this.#number);
    this.#pending.received(count, space);
    return true;
  }

  #takeAll(): Uint8Array<ArrayBuffer> {
    return this.#pending.take(this.#pending.length);
  }
}
