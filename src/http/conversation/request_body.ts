import { HttpError, LateReadError } from "../error.ts";
import type { Field, RequestBody } from "../message.ts";

/** Where the body of a request comes from; see {@linkcode RequestBody.read}. */
export interface BodyParts {
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** See {@linkcode RequestBody.trailers}. */
  readonly trailers: readonly Field[];
  /** See {@linkcode RequestBody.limit}. */
  limit(bytes: number): void;
}

/** How many times larger a buffer becomes: more would waste memory, less would copy more often. */
const GROWTH = 4;
const NOTHING = new Uint8Array(0);
const NO_TRAILERS: readonly Field[] = [];
const decoder = new TextDecoder();

/** The body of a request, as its handler reads it. */
export class StreamedBody implements RequestBody {
  isUsed = false;
  trailers: readonly Field[] = NO_TRAILERS;
  #parts: BodyParts | null;
  readonly #onEnd: () => void;
  #isDetached = false;

  /**
   * @param length In bytes; null if it is unknown.
   * @param parts null if there is no body.
   * @param onEnd Called when the body has been read to its end.
   */
  constructor(readonly length: number | null, parts: BodyParts | null, onEnd = () => {}) {
    this.#parts = parts;
    this.#onEnd = onEnd;
  }

  limit(bytes: number): void {
    this.#parts?.limit(bytes);
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    this.isUsed = true;
    if (this.#isDetached) throw new LateReadError();
    const part = this.#parts === null ? null : await this.#parts.read();
    if (part === null) this.#end();
    return part;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.isUsed) throw new TypeError("Cannot read the body: it was already read");
    const first = await this.read();
    if (first === null) return NOTHING;
    // Most bodies arrive in one part.
    if (first.length === this.length) return this.#finish(first.slice());
    return await this.#gather(first, this.length ?? Infinity);
  }

  async text(): Promise<string> {
    return decoder.decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    const text = await this.text();
    try {
      return JSON.parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new HttpError(400, `the body is not JSON: ${reason}`);
    }
  }

  /** Makes further reads fail: the response was sent, and the connection serves the next request. */
  detach(): void {
    this.#isDetached = this.#parts !== null;
    this.#parts = null;
  }

  #end(): void {
    if (this.#parts !== null) this.trailers = this.#parts.trailers;
    this.#onEnd();
  }

  async #finish(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    // The reader notices the end only on the next read.
    await this.read();
    return bytes;
  }

  /** Joins the parts in a buffer that grows with what arrives: a client may announce anything. */
  async #gather(
    first: Uint8Array<ArrayBuffer>,
    limit: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    let bytes = new Uint8Array(Math.min(limit, GROWTH * first.length));
    let length = 0;
    for (let part: Uint8Array | null = first; part !== null; part = await this.read()) {
      const end = length + part.length;
      if (end > bytes.length) {
        const size = Math.min(limit, Math.max(end, GROWTH * bytes.length));
        // Leaves nothing behind for the garbage collector.
        bytes = new Uint8Array(bytes.buffer.transfer(size));
      }
      bytes.set(part, length);
      length = end;
    }
    return length === bytes.length ? bytes : bytes.subarray(0, length);
  }
}
