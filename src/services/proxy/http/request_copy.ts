import { passedTrailers } from "../../../http/forwarding/passed_trailers.ts";
import type { BodySource, Field, RequestBody } from "../../../http/message.ts";

/**
 * The body of a request, to be sent to one backend after another if need be. What was read is
 * kept as long as it is short enough.
 */
export class RequestCopy {
  readonly length: number | null;
  readonly #body: RequestBody;
  readonly #limit: number;
  /** Copies of all pieces but the last. */
  readonly #pieces: Uint8Array[] = [];
  #size = 0;
  /** The last piece, a view until the next is read; null before the first, and after the end. */
  #last: Uint8Array | null = null;
  #isOver = false;
  #isWhole = true;
  #reading: Promise<void> | null = null;

  /** @param limit The most bytes to keep besides the last piece. */
  constructor(body: RequestBody, limit: number) {
    this.length = body.length;
    this.#body = body;
    this.#limit = limit;
  }

  /** Whether the body can be sent from its beginning. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** The whole body, once all of it was read; null if it is too long, or not over. */
  get bytes(): readonly Uint8Array[] | null {
    return this.#isOver && this.#isWhole ? this.#pieces : null;
  }

  /** The trailer fields to send on, once the body was read. */
  get trailers(): readonly Field[] {
    return passedTrailers(this.#body.trailers);
  }

  /** Reads the first piece, so that it can be sent with the head. */
  async prefetch(): Promise<void> {
    if (this.#last === null && this.#pieces.length === 0 && !this.#isOver) await this.#readNext();
  }

  /** A source of the body from its beginning, which must be whole; one at a time. */
  source(): BodySource {
    let index = 0;
    const { length } = this;
    const take = (): Uint8Array | null => {
      const piece = this.#pieces[index] ?? (index === this.#pieces.length ? this.#last : null);
      if (piece !== null) index++;
      return piece;
    };
    // The getter of the object that follows must see the end of this body.
    const trailers = () => this.trailers;
    return {
      length,
      ready: take,
      read: async () => {
        for (;;) {
          const piece = take();
          if (piece !== null || this.#isOver) return piece;
          await this.#readNext();
          // What was kept is dropped once it is too long.
          if (!this.#isWhole) index = 0;
        }
      },
      get trailers() {
        return trailers();
      },
      close() {},
    };
  }

  // A source that nobody reads any more may still wait: its successor joins it.
  #readNext(): Promise<void> {
    return this.#reading ??= this.#read().finally(() => this.#reading = null);
  }

  async #read(): Promise<void> {
    this.#keepLast();
    this.#last = await this.#body.read();
    this.#isOver = this.#last === null;
  }

  /** Copies the last piece, which is valid until the next read. */
  #keepLast(): void {
    const last = this.#last;
    this.#last = null;
    if (last === null || !this.#isWhole) return;
    this.#size += last.length;
    if (this.#size <= this.#limit) {
      this.#pieces.push(last.slice());
    } else {
      this.#isWhole = false;
      this.#pieces.length = 0;
    }
  }
}
