import type { Connection } from "../../core/connection.ts";
import { FixedResponse } from "../fixed_response.ts";
import type { BodySource, Field, HttpResponse } from "../message.ts";
import type { Output } from "./output.ts";
import {
  type BodyLength,
  bodyLengthOf,
  type ConnectionOption,
  responseHead,
  upgradeHead,
} from "../codec/response_head.ts";
import { isBodiless } from "../status.ts";

/** What the answer depends on of a request. */
interface Asked {
  readonly method: string;
  /** The y of HTTP/1.y. */
  readonly minor: number;
}

const NO_FIELDS: readonly Field[] = [];
/** Characters of a text that is sent from the buffer that answers are assembled in. */
const SHORT = 4096;
/** Bytes of a chunk that is sent from there, with what is around it. */
const SMALL_PIECE = 8192;
const NOT_ASCII = /[^\0-\x7f]/;
const encoder = new TextEncoder();

/** Writes responses to one connection, one after the other. */
export class ResponseWriter {
  /** Bytes of the current body that were sent, where it is sent in pieces. */
  sent = 0;
  readonly #connection: Connection;
  readonly #output: Output;

  constructor(connection: Connection, output: Output) {
    this.#connection = connection;
    this.#output = output;
  }

  /**
   * Writes a response, or gathers it to be written with others.
   *
   * @param isLast Whether the connection ends with it.
   * @returns Bytes of the body that are sent; a promise where that takes time.
   * @throws {TypeError} If the response cannot be sent, and nothing was.
   * @throws {ConnectionError} If the connection is over.
   */
  write(request: Asked, response: HttpResponse, isLast: boolean): number | Promise<number> {
    const { status = 200, headers = NO_FIELDS, body = null } = response;
    const option = optionOf(request, isLast);
    const hasNoBody = request.method === "HEAD" || isBodiless(status);
    this.sent = 0;
    if (response instanceof FixedResponse) {
      const bytes = response.encode(!hasNoBody, option);
      const length = hasNoBody ? 0 : response.length;
      return this.#output.addWhole(bytes) ? length : this.#writeWhole(bytes, length);
    }
    if (typeof body === "string" && body.length <= SHORT && !NOT_ASCII.test(body)) {
      const bodyLength = bodyLengthOf(status, body.length, request);
      return this.#writeText(
        responseHead(status, headers, bodyLength, option),
        hasNoBody ? "" : body,
      );
    }
    if (body === null) {
      // What a GET would be answered with, nobody knows but the handler.
      const length = hasNoBody ? announced(headers) : 0;
      return this.#writeText(
        responseHead(status, headers, bodyLengthOf(status, length, request), option),
        "",
      );
    }
    if (typeof body === "string" || body instanceof Uint8Array) {
      const bytes = typeof body === "string" ? encoder.encode(body) : body;
      const bodyLength = bodyLengthOf(status, bytes.length, request);
      const head = responseHead(status, headers, bodyLength, option);
      return this.#writeBytes(head, hasNoBody ? bytes.subarray(0, 0) : bytes);
    }
    const bodyLength = bodyLengthOf(status, body.length ?? announced(headers), request);
    let head: string;
    try {
      head = responseHead(status, headers, bodyLength, option);
    } catch (error) {
      void body.close();
      throw error;
    }
    return this.#writeSource(head, body, bodyLength, hasNoBody);
  }

  /**
   * Writes the answer after which the connection is another protocol's.
   *
   * @throws {ConnectionError} If the connection is over.
   */
  async writeUpgrade(headers: readonly Field[] = NO_FIELDS): Promise<void> {
    await this.#writeHead(upgradeHead(headers));
  }

  async #writeWhole(bytes: Uint8Array, length: number): Promise<number> {
    await this.#output.flush();
    this.#output.addWhole(bytes);
    return length;
  }

  #writeText(head: string, text: string): number | Promise<number> {
    return this.#output.addText(head, text)
      ? text.length
      : this.#writeLarge(head, encoder.encode(text));
  }

  #writeBytes(head: string, bytes: Uint8Array): number | Promise<number> {
    return this.#output.addBytes(head, bytes) ? bytes.length : this.#writeLarge(head, bytes);
  }

  async #writeLarge(head: string, bytes: Uint8Array): Promise<number> {
    if (!this.#output.isEmpty) await this.#output.flush();
    if (this.#output.addBytes(head, bytes)) return bytes.length;
    await this.#writeHead(head);
    await this.#connection.write(bytes);
    return bytes.length;
  }

  async #writeHead(head: string): Promise<void> {
    if (this.#output.addText(head, "")) return await this.#output.flush();
    if (!this.#output.isEmpty) await this.#output.flush();
    if (this.#output.addText(head, "")) return await this.#output.flush();
    // Larger than any buffer: a handler's own doing.
    await this.#connection.write(Uint8Array.from(head, (character) => character.charCodeAt(0)));
  }

  async #writeSource(
    head: string,
    source: BodySource,
    bodyLength: BodyLength,
    hasNoBody: boolean,
  ): Promise<number> {
    try {
      await this.#writeHead(head);
      if (hasNoBody) return 0;
      return bodyLength === "chunked"
        ? await this.#writeChunks(source)
        : await this.#writePieces(source, typeof bodyLength === "number" ? bodyLength : null);
    } finally {
      await source.close();
    }
  }

  async #writePieces(source: BodySource, length: number | null): Promise<number> {
    for (let piece = await source.read(); piece !== null; piece = await source.read()) {
      if (length !== null && this.sent + piece.length > length) {
        throw new Error(`Cannot answer: the body has more than the ${length} bytes announced`);
      }
      if (piece.length > 0) await this.#connection.write(piece);
      this.sent += piece.length;
    }
    if (length !== null && this.sent < length) {
      throw new Error(`Cannot answer: the body has ${this.sent} of the ${length} bytes announced`);
    }
    return this.sent;
  }

  /** Chunked coding (RFC 9112, 7.1): a chunk for each piece. */
  async #writeChunks(source: BodySource): Promise<number> {
    const output = this.#output;
    for (let piece = await source.read(); piece !== null; piece = await source.read()) {
      // A chunk of no bytes would be the last.
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
        // Goes out with what comes next.
        output.addText("\r\n", "");
      }
      this.sent += piece.length;
    }
    output.addText("0\r\n\r\n", "");
    return this.sent;
  }
}

function optionOf({ minor }: Asked, isLast: boolean): ConnectionOption {
  if (isLast) return "Connection: close\r\n";
  return minor === 1 ? "" : "Connection: keep-alive\r\n";
}

/** The length that a handler announces in a field; null where there is none that could be true. */
function announced(fields: readonly Field[]): number | null {
  for (const [name, value] of fields) {
    if (name.length !== 14 || name.toLowerCase() !== "content-length") continue;
    if (/^\d{1,15}$/.test(value)) return Number(value);
  }
  return null;
}
