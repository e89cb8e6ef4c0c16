import type { ConnectionContext } from "./connection_context.ts";
import type { ConnectionRecord } from "./connection_record.ts";
import type { Socket } from "./socket.ts";

/** The sending half of a connection: one write at a time. */
export class Sender {
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #record: ConnectionRecord;
  #hasEnded = false;

  constructor(socket: Socket, context: ConnectionContext, record: ConnectionRecord) {
    this.#socket = socket;
    this.#context = context;
    this.#record = record;
  }

  /** Writes all of the data; resolves when the kernel has accepted it. */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#record.isWriting) {
      return Promise.reject(new Error("Cannot write: another write is pending, await it first"));
    }
    this.#record.startWriting();
    return this.#send(bytes);
  }

  /** Ends the outgoing stream. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    try {
      await this.#socket.closeWrite();
    } catch (error) {
      throw this.#record.lost(error);
    }
  }

  /** Whether a write is pending. */
  get isWriting(): boolean {
    return this.#record.isWriting;
  }

  /**
   * Begins a write, as a loop does that awaits the promise of the socket itself, and
   * then calls {@linkcode sent} or {@linkcode lost}.
   *
   * @returns How many bytes the kernel has accepted: some, or all.
   */
  begin(bytes: Uint8Array): Promise<number> {
    if (!this.#record.isWriting) this.#record.startWriting();
    return this.#socket.write(bytes);
  }

  /** The kernel has accepted `count` bytes of a write; `isAll` if those were the last. */
  sent(count: number, isAll: boolean): void {
    this.#record.sent(count, isAll);
    this.#context.traffic.sent(count);
  }

  /** Makes the error for a write that has failed. */
  lost(cause: unknown): Error {
    this.#record.isWriting = false;
    return this.#record.lost(cause);
  }

  // Not an async function, for the reason given in the receiver.
  #send(bytes: Uint8Array): Promise<void> {
    return this.#socket.write(bytes).then(
      (count) => {
        const isAll = count === bytes.length;
        this.sent(count, isAll);
        if (!isAll) return this.#send(bytes.subarray(count));
      },
      (error) => {
        throw this.lost(error);
      },
    );
  }
}
