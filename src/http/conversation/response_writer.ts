import { kindOf } from "../../base/kind_of.ts";
import type { Connection } from "../../core/connection.ts";
import type { RequestHead } from "../codec/request_head.ts";
import type { HeadBegin } from "../codec/head_begin.ts";
import {
  type BodyLength,
  bodyLengthOf,
  headBegin,
  headEnd,
  responseHead,
  upgradeHead,
} from "../codec/response_head.ts";
import { checkFields } from "../codec/outgoing_field.ts";
import { InvalidResponseError } from "../error.ts";
import { FixedResponse } from "../fixed_response.ts";
import type { BodySource, Field, HttpResponse } from "../message.ts";
import { isBodiless } from "../status.ts";
import type { PersistLines } from "./persist_lines.ts";
import type { Output } from "./output.ts";
import { pieceOf, SourceWriter, tooLong } from "./source_writer.ts";

/** The parts of a request that the form of its response depends on. */
type RequestParts = Pick<RequestHead, "method" | "minor">;

const NO_FIELDS: readonly Field[] = [];
/** Maximum characters of a text that is encoded directly into the output buffer. */
const SHORT = 4096;
const NOT_ASCII = /[^\0-\x7f]/;
const encoder = new TextEncoder();

/** Writes the responses of one connection, in order. */
export class ResponseWriter {
  readonly #connection: Connection;
  readonly #output: Output;
  readonly #persisting: PersistLines;
  #sources: SourceWriter | null = null;

  constructor(connection: Connection, output: Output, persisting: PersistLines) {
    this.#persisting = persisting;
    this.#connection = connection;
    this.#output = output;
  }

  /** Writes the bodies that come from a source; made for the first of them. */
  get sources(): SourceWriter {
    return this.#sources ??= new SourceWriter(this.#connection, this.#output);
  }

  /**
   * Writes a response, or adds it to the output to be written with others.
   *
   * @param isLast Whether the connection closes after it.
   * @returns Bytes of the body that are sent; a promise if that takes time.
   * @throws {InvalidResponseError} If the response is invalid; none of it was sent, nor its body closed.
   * @throws {ConnectionError} If the connection is over.
   */
  write(request: RequestParts, response: HttpResponse, isLast: boolean): number | Promise<number> {
    const { status = 200, headers = NO_FIELDS, body = null } = response;
    const option = isLast ? "Connection: close\r\n" : this.#linesTo(request);
    const hasNoBody = request.method === "HEAD" || isBodiless(status);
    if (this.#sources !== null) this.#sources.sent = 0;
    if (response instanceof FixedResponse) return this.#writeFixed(response, option, hasNoBody);
    if (typeof body === "string" && body.length <= SHORT && !NOT_ASCII.test(body)) {
      const bodyLength = bodyLengthOf(status, body.length, request);
      const text = hasNoBody ? "" : body;
      return this.#writeText(headBegin(status, headers), headEnd(bodyLength, option), text);
    }
    if (body === null) {
      // Only the handler of a HEAD knows how long the body of the GET would be.
      const length = hasNoBody ? announcedLength(headers) : 0;
      const end = headEnd(bodyLengthOf(status, length, request), option);
      return this.#writeText(headBegin(status, headers), end, "");
    }
    if (typeof body === "string" || body instanceof Uint8Array) {
      const bytes = typeof body === "string" ? encoder.encode(body) : body;
      const bodyLength = bodyLengthOf(status, bytes.length, request);
      const head = responseHead(status, headers, bodyLength, option);
      return this.#writeBytes(head, hasNoBody ? bytes.subarray(0, 0) : bytes);
    }
    return this.#writeSource(request, response, body, option, hasNoBody);
  }

  /**
   * Writes a 101, after which the connection speaks another protocol.
   *
   * @returns Rejects with a ConnectionError if the connection is over.
   * @throws {InvalidResponseError} If a field is invalid; nothing was sent.
   */
  writeUpgrade(headers: readonly Field[] = NO_FIELDS): Promise<void> {
    return this.#output.writeHead(upgradeHead(headers));
  }

  #linesTo({ minor }: RequestParts): string {
    return minor === 1 ? this.#persisting.byDefault : this.#persisting.explicit;
  }

  #writeFixed(
    response: FixedResponse,
    option: string,
    hasNoBody: boolean,
  ): number | Promise<number> {
    const bytes = response.encode(!hasNoBody, option);
    const length = hasNoBody ? 0 : response.length;
    return this.#output.addWhole(bytes) ? length : this.#writeWhole(bytes, length);
  }

  async #writeWhole(bytes: Uint8Array, length: number): Promise<number> {
    await this.#output.flush();
    this.#output.addWhole(bytes);
    return length;
  }

  #writeText(begin: HeadBegin, end: string, text: string): number | Promise<number> {
    return this.#output.addHead(begin, end, text)
      ? text.length
      : this.#writeLarge(begin.text + end, encoder.encode(text));
  }

  #writeBytes(head: string, bytes: Uint8Array): number | Promise<number> {
    return this.#output.addBytes(head, bytes) ? bytes.length : this.#writeLarge(head, bytes);
  }

  #writeSource(
    request: RequestParts,
    { status = 200, headers = NO_FIELDS }: HttpResponse,
    body: BodySource,
    option: string,
    hasNoBody: boolean,
  ): number | Promise<number> {
    checkSource(body);
    const bodyLength = bodyLengthOf(status, body.length ?? announcedLength(headers), request);
    const begin = headBegin(status, headers);
    const end = headEnd(bodyLength, option);
    const first = hasNoBody ? null : readyPiece(body, bodyLength);
    if (first === null) return this.sources.write(begin.text + end, body, bodyLength, hasNoBody);
    if (first.length === bodyLength && this.#output.addHeadAndBytes(begin, end, first)) {
      return this.#closeWritten(body, first.length);
    }
    return this.sources.write(begin.text + end, body, bodyLength, hasNoBody, first);
  }

  /** Closes a source whose whole body was added to the output. */
  #closeWritten(body: BodySource, length: number): number | Promise<number> {
    let closing: void | Promise<void>;
    try {
      closing = body.close();
    } catch (error) {
      return Promise.reject(error);
    }
    return closing instanceof Promise ? this.sources.finish(closing, length) : length;
  }

  async #writeLarge(head: string, bytes: Uint8Array): Promise<number> {
    if (!this.#output.isEmpty) await this.#output.flush();
    if (this.#output.addBytes(head, bytes)) return bytes.length;
    await this.#output.writeHead(head);
    await this.#connection.write(bytes);
    return bytes.length;
  }
}

/** Checks a body that is neither text nor bytes, and may be anything in an untyped handler. */
function checkSource(body: BodySource): void {
  if (typeof body.read === "function" && typeof body.close === "function") return;
  throw new InvalidResponseError(
    `Cannot send the body: found ${kindOf(body)}, expected text such as JSON.stringify(body), ` +
      "bytes or { length, read, close }",
  );
}

/** The piece of a source that leaves with the head; null if there is none. */
function readyPiece(body: BodySource, bodyLength: BodyLength): Uint8Array | null {
  const piece = pieceOf(body.ready?.() ?? null, "ready");
  if (piece === null || piece.length === 0) return null;
  if (typeof bodyLength === "number" && piece.length > bodyLength) throw tooLong(bodyLength);
  return piece;
}

/** The length that a handler announced in a field; null if there is none, or it is no number. */
function announcedLength(fields: readonly Field[]): number | null {
  checkFields(fields);
  for (const field of fields) {
    const name = field?.[0];
    if (name?.length !== 14 || name.toLowerCase() !== "content-length") continue;
    const value = field?.[1] ?? "";
    if (/^\d{1,15}$/.test(value)) return Number(value);
  }
  return null;
}
