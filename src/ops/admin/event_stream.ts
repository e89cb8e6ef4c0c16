import type { BodySource } from "../../http/message.ts";

/** Bytes that may wait for a client: it gets all events, or its stream ends. */
const MOST_WAITING = 4 * 1024 ** 2;

/** Server-sent events to one client, as the body of a response. */
export class EventStream implements BodySource {
  readonly length = null;
  readonly readsRequest = false;
  readonly #onClose: (stream: EventStream) => void;
  #queue: Uint8Array[] = [];
  #waiting = 0;
  #wake: (() => void) | null = null;
  #isOver = false;

  /** @param onClose Called once, when the client has left or the stream has ended. */
  constructor(onClose: (stream: EventStream) => void) {
    this.#onClose = onClose;
  }

  /** Sends the bytes of events; ends the stream if the client does not read them. */
  send(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#queue.push(bytes);
    this.#waiting += bytes.length;
    if (this.#waiting > MOST_WAITING) {
      this.#queue = [];
      this.#isOver = true;
    }
    this.#wake?.();
  }

  /** Ends the stream after what was sent. */
  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async read(): Promise<Uint8Array | null> {
    while (this.#queue.length === 0) {
      if (this.#isOver) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = null;
    }
    const bytes = this.#queue.shift() ?? null;
    this.#waiting -= bytes?.length ?? 0;
    return bytes;
  }

  close(): void {
    this.end();
    this.#onClose(this);
  }
}
