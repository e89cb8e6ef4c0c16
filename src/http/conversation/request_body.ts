import { HttpError } from "../error.ts";
import type { RequestBody } from "../message.ts";

/** Where the body of the current request comes from. */
export interface BodyReader {
  readBody(): Promise<Uint8Array<ArrayBuffer> | null>;
}

const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder();

/** The body of a request, by whoever takes it out of the stream. */
export class StreamedBody implements RequestBody {
  isUsed = false;
  #reader: BodyReader | null;
  readonly #onEnd: () => void;
  #isDetached = false;

  /**
   * @param reader null where there is no body.
   * @param onEnd Called when all of it was read.
   */
  constructor(readonly length: number | null, reader: BodyReader | null, onEnd = () => {}) {
    this.#reader = reader;
    this.#onEnd = onEnd;
  }

  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    this.isUsed = true;
    if (this.#isDetached) {
      throw new TypeError("Cannot read the body: the request is answered");
    }
    const part = this.#reader === null ? null : await this.#reader.readBody();
    if (part === null) this.#onEnd();
    return part;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.isUsed) throw new TypeError("Cannot read the body: it was read before");
    const first = await this.read();
    if (first === null) return NOTHING;
    // Most bodies come in one piece.
    if (first.length === this.length) return this.#ended(first.slice());
    return this.length === null
      ? await this.#gather(first)
      : await this.#fillUp(first, this.length);
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

  /** The request is answered: the rest of the stream is no business of the handler any more. */
  detach(): void {
    this.#isDetached = this.#reader !== null;
    this.#reader = null;
  }

  async #ended(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    // The end is known only when it was asked for.
    await this.read();
    return bytes;
  }

  async #fillUp(
    first: Uint8Array<ArrayBuffer>,
    length: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    let at = 0;
    for (let part: Uint8Array | null = first; part !== null; part = await this.read()) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes.subarray(0, at);
  }

  async #gather(first: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    let bytes = new Uint8Array(2 * first.length);
    let length = 0;
    for (let part: Uint8Array | null = first; part !== null; part = await this.read()) {
      if (length + part.length > bytes.length) {
        const larger = new Uint8Array(2 * (length + part.length));
        larger.set(bytes.subarray(0, length));
        bytes = larger;
      }
      bytes.set(part, length);
      length += part.length;
    }
    return bytes.subarray(0, length);
  }
}
