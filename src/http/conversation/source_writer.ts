import { kindOf } from "../../base/kind_of.ts";
import type { Connection } from "../../core/connection.ts";
import type { BodyLength } from "../codec/response_head.ts";
import { InvalidResponseError } from "../error.ts";
import { type BodySource, dropSource } from "../message.ts";
import type { Output } from "./output.ts";

/** Maximum bytes of a chunk that is sent in one write with the lines around it. */
const SMALL_PIECE = 8192;

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
   * @returns Bytes of the body.
   * @throws {Error} If the body does not have the announced length, or its source fails.
   * @throws {ConnectionError} If the connection is over.
   */
  write(
    head: string,
    source: BodySource,
    bodyLength: BodyLength,
    hasNoBody: boolean,
  ): Promise<number> {
    this.#source = source;
    // Not just the promise of #send(): a source may never produce its next piece.
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#send(head, source, bodyLength, hasNoBody).then(resolve, reject);
    });
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

  async #send(
    head: string,
    source: BodySource,
    bodyLength: BodyLength,
    hasNoBody: boolean,
  ): Promise<number> {
    let failure: unknown;
    try {
      await this.#output.writeHead(head);
      if (hasNoBody) return 0;
      return bodyLength === "chunked"
        ? await this.#writeChunks(source)
        : await this.#writePieces(source, typeof bodyLength === "number" ? bodyLength : null);
    } catch (error) {
      failure = error;
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

  async #writePieces(source: BodySource, length: number | null): Promise<number> {
    let piece: Uint8Array | null;
    while ((piece = this.#take(source, await this.#read(source))) !== null) {
      if (length !== null && this.sent + piece.length > length) {
        throw new Error(`Cannot send the body: found more than the ${length} bytes announced`);
      }
      if (piece.length > 0) await this.#connection.write(piece);
      this.sent += piece.length;
    }
    if (length !== null && this.sent < length) {
      throw new Error(`Cannot send the body: found ${this.sent} of the ${length} bytes announced`);
    }
    return this.sent;
  }

  /** Writes the pieces in the chunked coding, each as a chunk (RFC 9112, 7.1). */
  async #writeChunks(source: BodySource): Promise<number> {
    const output = this.#output;
    let piece: Uint8Array | null;
    while ((piece = this.#take(source, await this.#read(source))) !== null) {
      // An empty chunk would end the body.
      if (piece.length === 0) continue;
      const size = `${piece.length.toString(16)}\r\n`;
      if (piece.length <= SMALL_PIECE) {
        output.addBytes(size, piece);
        output.addText("\r\n", "");
        await output.flush();
      } else {
        output.addText(size, "");
        await output.flush();
        await this.#connection.write(piece);
        // Sent with the next chunk.
        output.addText("\r\n", "");
      }
      this.sent += piece.length;
    }
    output.addText("0\r\n\r\n", "");
    // Not left for later: the source may take its time to close.
    await output.flush();
    return this.sent;
  }
}

/** Checks what a source gave, which may be anything in an untyped handler. */
function pieceOf(piece: Uint8Array | null): Uint8Array | null {
  if (piece === null || piece instanceof Uint8Array) return piece;
  throw new InvalidResponseError(
    `Cannot send the body: read() gave ${kindOf(piece)}, expected bytes or null`,
  );
}
