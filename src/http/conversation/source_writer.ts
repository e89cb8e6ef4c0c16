import { kindOf } from "../../base/kind_of.ts";
import type { Connection } from "../../core/connection.ts";
import { fieldLines } from "../codec/outgoing_field.ts";
import type { BodyLength } from "../codec/response_head.ts";
import { InvalidResponseError } from "../error.ts";
import { type BodySource, dropSource } from "../message.ts";
import type { Output } from "./output.ts";

/** Writes bodies that are produced piece by piece. */
export class SourceWriter {
  /** Bytes of the current body that were sent. */
  sent = 0;
  /** Pieces that all sources have produced, by which to see whether one is quiet. */
  pieces = 0;
  /** Whether the source has yet to produce the next piece, or to close. */
  isWaiting = false;
  readonly #connection: Connection;
  readonly #output: Output;
  /** The source of the current body; null once it is closed. */
  #source: BodySource | null = null;
  /** Rejects the promise of the current body. */
  #reject: ((error: Error) => void) | null = null;

  constructor(connection: Connection, output: Output) {
    this.#connection = connection;
    this.#output = output;
  }

  /**
   * Writes a head, then the body, and closes its source in any case.
   *
   * @param first The first piece of the body, if it has been read: it leaves with the head.
   * @returns Bytes of the body.
   * @throws {Error} If the body does not have the announced length, or its source fails.
   * @throws {ConnectionError} If the connection is over.
   */
  write(
    head: string,
    source: BodySource,
    bodyLength: BodyLength,
    hasNoBody: boolean,
    first: Uint8Array | null = null,
  ): Promise<number> {
    this.#source = source;
    return this.#orAbandoned(this.#send(head, source, bodyLength, hasNoBody, first));
  }

  /**
   * Writes what was gathered: the end of a body whose source has begun to close.
   *
   * @param length Bytes of the body.
   * @returns Them; rejects as {@linkcode write}.
   */
  finish(closing: Promise<void>, length: number): Promise<number> {
    this.sent = length;
    return this.#orAbandoned(this.#finish(closing, length));
  }

  /**
   * Closes the source, even while a read or a write is pending, and makes
   * {@linkcode write} throw. The connection must end.
   */
  abandon(error: Error): void {
    const source = this.#source;
    this.#source = null;
    this.#reject?.(error);
    if (source !== null) dropSource(source, error);
  }

  /** Not just the promise that is given: a source may never produce its next piece. */
  #orAbandoned(sending: Promise<number>): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      sending.then(resolve, reject);
    });
  }

  async #finish(closing: Promise<void>, length: number): Promise<number> {
    // A rejection counts as handled: it is looked at later.
    closing.catch(() => {});
    try {
      await this.#output.flush();
      this.isWaiting = true;
      await closing;
    } finally {
      this.isWaiting = false;
    }
    return length;
  }

  async #send(
    head: string,
    source: BodySource,
    bodyLength: BodyLength,
    hasNoBody: boolean,
    first: Uint8Array | null,
  ): Promise<number> {
    let failure: unknown;
    try {
      if (first === null) await this.#output.writeHead(head);
      else await this.#output.gatherHead(head);
      if (hasNoBody) return 0;
      if (bodyLength === "chunked") return await this.#writeChunks(source, first);
      const length = typeof bodyLength === "number" ? bodyLength : null;
      return await this.#writePieces(source, length, first);
    } catch (error) {
      failure = error;
      this.#output.drop();
      throw error;
    } finally {
      if (this.#source === source) {
        this.#source = null;
        this.isWaiting = true;
        await source.close(failure);
      }
      this.isWaiting = false;
    }
  }

  #read(source: BodySource): Promise<Uint8Array | null> {
    this.isWaiting = true;
    return source.read();
  }

  /** @throws {Error} If the source was abandoned meanwhile; nobody sees it. */
  #take(source: BodySource, given: Uint8Array | null): Uint8Array | null {
    this.isWaiting = false;
    this.pieces++;
    if (this.#source !== source) throw new Error("Cannot send the body: its response is over");
    return pieceOf(given);
  }

  /** @param first The first piece, if it has been read. */
  async #writePieces(
    source: BodySource,
    length: number | null,
    first: Uint8Array | null,
  ): Promise<number> {
    let piece = first ?? this.#take(source, await this.#read(source));
    while (piece !== null) {
      if (length !== null && this.sent + piece.length > length) throw tooLong(length);
      if (piece.length > 0) await this.#writeGathered(piece);
      this.sent += piece.length;
      piece = this.#take(source, await this.#read(source));
    }
    if (length !== null && this.sent < length) {
      throw new Error(`Cannot send the body: found ${this.sent} of the ${length} bytes announced`);
    }
    return this.sent;
  }

  /** Writes the pieces in the chunked coding, each as a chunk (RFC 9112, 7.1). */
  async #writeChunks(source: BodySource, first: Uint8Array | null): Promise<number> {
    let piece = first ?? this.#take(source, await this.#read(source));
    while (piece !== null) {
      // An empty chunk would end the body.
      if (piece.length > 0) await this.#writeChunk(piece);
      this.sent += piece.length;
      piece = this.#take(source, await this.#read(source));
    }
    const { trailers } = source;
    const end = trailers === undefined || trailers.length === 0
      ? "0\r\n\r\n"
      : `0\r\n${fieldLines(trailers)}\r\n`;
    // Not left for later: the source may take its time to close.
    await this.#output.writeHead(end);
    return this.sent;
  }

  async #writeChunk(piece: Uint8Array): Promise<void> {
    const output = this.#output;
    const size = `${piece.length.toString(16)}\r\n`;
    if (!output.addText(size, "")) await output.gatherHead(size);
    const count = output.addSome(piece);
    const isWhole = count === piece.length && output.addText("\r\n", "");
    await output.flush();
    if (count < piece.length) await this.#connection.write(piece.subarray(count));
    // Sent with the next chunk.
    if (!isWhole) output.addText("\r\n", "");
  }

  /** Writes a piece, together with what was gathered before it. */
  async #writeGathered(piece: Uint8Array): Promise<void> {
    if (this.#output.isEmpty) return await this.#connection.write(piece);
    const count = this.#output.addSome(piece);
    await this.#output.flush();
    if (count < piece.length) await this.#connection.write(piece.subarray(count));
  }
}

/**
 * Checks what a source gave, which may be anything in an untyped handler.
 *
 * @param method The name of its method.
 */
export function pieceOf(piece: Uint8Array | null, method = "read"): Uint8Array | null {
  if (piece === null || piece instanceof Uint8Array) return piece;
  throw new InvalidResponseError(
    `Cannot send the body: ${method}() gave ${kindOf(piece)}, expected bytes or null`,
  );
}

/** The error for a body that is longer than announced. */
export function tooLong(length: number): Error {
  return new Error(`Cannot send the body: found more than the ${length} bytes announced`);
}
