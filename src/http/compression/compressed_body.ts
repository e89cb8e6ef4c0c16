import type { BodySource } from "../message.ts";

/** Maximum bytes compressed at once, which blocks the event loop for a millisecond or two. */
const SLICE = 64 * 1024;
const NOTHING = new Uint8Array(0);

/**
 * Compresses a body as it is read, reading only as much of the source as the next
 * piece needs. The runtime's compressor cannot be flushed, so data that arrives in
 * small amounts is delayed. Trailers are dropped: they may be about the other bytes.
 */
export class CompressedBody implements BodySource {
  readonly length = null;
  readonly readsRequest: boolean;
  readonly #source: BodySource;
  readonly #writer: WritableStreamDefaultWriter<BufferSource>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** The rest of the last piece, not compressed yet. */
  #piece: Uint8Array = NOTHING;
  /** Resolves when the compressor has taken the last slice. */
  #taken: Promise<void> = Promise.resolve();
  #isOver = false;

  /** @param source Closed together with this body. */
  constructor(source: BodySource, format: CompressionFormat) {
    const { readable, writable } = new CompressionStream(format);
    this.#source = source;
    this.readsRequest = source.readsRequest !== false;
    this.#writer = writable.getWriter();
    this.#reader = readable.getReader();
  }

  async read(): Promise<Uint8Array | null> {
    let isRead = false;
    const reading = this.#reader.read().finally(() => isRead = true);
    while (!this.#isOver) {
      await Promise.race([reading, this.#taken]);
      if (isRead) break;
      await this.#writeSlice();
    }
    const { value } = await reading;
    return value ?? null;
  }

  async close(reason?: unknown): Promise<void> {
    try {
      await this.#reader.cancel(reason);
    } finally {
      await this.#source.close(reason);
    }
  }

  /** Writes the next slice to the compressor, which takes it when its output is read. */
  async #writeSlice(): Promise<void> {
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
    // Rejects if the body is closed first, when nothing awaits it.
    this.#taken.catch(() => {});
  }
}

/** Makes a source of one piece. */
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

/** Reads a body to its end, then closes it. */
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
