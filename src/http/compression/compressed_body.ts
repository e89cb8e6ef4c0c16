import type { BodySource } from "../message.ts";

/** The most bytes that are compressed in one go: a millisecond or two, in which nobody else is served. */
const SLICE = 64 * 1024;
const NOTHING = new Uint8Array(0);

/**
 * A body, compressed as it is read. Of the original no more is read than it
 * takes for the next piece. The compressor gives nothing out before it has
 * enough, and cannot be told to: what comes in drops is held back.
 */
export class CompressedBody implements BodySource {
  readonly length = null;
  readonly #source: BodySource;
  readonly #writer: WritableStreamDefaultWriter<BufferSource>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** What is not compressed yet of the piece that was read last. */
  #piece: Uint8Array = NOTHING;
  /** Resolves when the compressor has taken what it was given last. */
  #taken: Promise<void> = Promise.resolve();
  #isOver = false;

  /** @param source Is closed with this one. */
  constructor(source: BodySource, format: CompressionFormat) {
    const { readable, writable } = new CompressionStream(format);
    this.#source = source;
    this.#writer = writable.getWriter();
    this.#reader = readable.getReader();
  }

  async read(): Promise<Uint8Array | null> {
    let isRead = false;
    const reading = this.#reader.read().finally(() => isRead = true);
    while (!this.#isOver) {
      await Promise.race([reading, this.#taken]);
      if (isRead) break;
      await this.#give();
    }
    const { value } = await reading;
    return value ?? null;
  }

  async close(): Promise<void> {
    try {
      await this.#reader.cancel();
    } finally {
      await this.#source.close();
    }
  }

  /** Gives the compressor the next slice; it takes it when it has room, that is while it is read. */
  async #give(): Promise<void> {
    while (this.#piece.length === 0 && !this.#isOver) {
      const piece = await this.#source.read();
      if (piece === null) this.#isOver = true;
      else this.#piece = piece;
    }
    const slice = this.#piece.subarray(0, SLICE);
    this.#piece = this.#piece.subarray(slice.length);
    this.#taken = this.#isOver
      ? this.#writer.close()
      : this.#writer.write(slice as Uint8Array<ArrayBuffer>);
    // Fails when the body is closed before; then nobody waits for it.
    this.#taken.catch(() => {});
  }
}

/** Bytes as a body that is compressed in slices. */
export function bytesSource(bytes: Uint8Array): BodySource {
  let rest: Uint8Array | null = bytes;
  return {
    length: bytes.length,
    read() {
      const all = rest;
      rest = null;
      return Promise.resolve(all);
    },
    close() {},
  };
}

/** Reads a body to its end, and closes it. */
export async function readAll(body: BodySource): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (let piece = await body.read(); piece !== null; piece = await body.read()) {
      pieces.push(piece);
      length += piece.length;
    }
  } finally {
    await body.close();
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
