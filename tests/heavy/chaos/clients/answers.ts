/** Reads the answers of an HTTP/1.1 server, strictly. */
import { Failure } from "./failure.ts";
import type { Wire } from "./wire.ts";

const MAX_HEAD = 64 * 1024;
const decoder = new TextDecoder("latin1");

/** The head of an answer. */
export interface Head {
  readonly status: number;
  /** By name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** Whether the server closes the connection after this answer. */
  readonly isLast: boolean;
}

/** The answers on one connection, in order. */
export class Answers {
  readonly #wire: Wire;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Whether bytes have arrived that nobody has read. */
  get hasRest(): boolean {
    return this.#rest.length > 0;
  }

  /**
   * Reads a head; interim answers but 101 are skipped.
   *
   * @throws {Failure} If there is none.
   */
  async head(): Promise<Head> {
    for (;;) {
      const head = parseHead(await this.#untilBlankLine());
      if (head.status >= 200 || head.status === 101) return head;
    }
  }

  /** Reads the body of an answer, piece by piece. */
  async *body(method: string, { status, fields }: Head): AsyncGenerator<Uint8Array> {
    if (method === "HEAD" || status === 204 || status === 304) return;
    const length = fields.get("content-length");
    if (fields.get("transfer-encoding") === "chunked") yield* this.#chunks();
    else if (length !== undefined) yield* this.#exactly(Number(length));
    else yield* this.#untilEnd();
  }

  /** Reads a number of bytes. */
  async bytes(count: number): Promise<Uint8Array> {
    while (this.#rest.length < count) await this.#more("cut");
    const bytes = this.#rest.slice(0, count);
    this.#rest = this.#rest.subarray(count);
    return bytes;
  }

  async *#untilEnd(): AsyncGenerator<Uint8Array> {
    if (this.#rest.length > 0) yield await this.bytes(this.#rest.length);
    for (let piece; (piece = await this.#next("cut")) !== null;) yield piece;
  }

  async *#exactly(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      const piece = this.#rest.length > 0 ? this.#rest : await this.#next("cut");
      if (piece === null) throw new Failure("cut", `closed ${left} bytes before the end`);
      this.#rest = piece.subarray(Math.min(left, piece.length));
      yield piece.subarray(0, left);
      left -= Math.min(left, piece.length);
    }
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const line = await this.#line();
      if (!/^[\da-f]+$/i.test(line)) throw new Failure("wrong", `the chunk size is "${line}"`);
      const size = parseInt(line, 16);
      if (size > 0) yield* this.#exactly(size);
      if (await this.#line() !== "") throw new Failure("wrong", "the chunk has no end");
      if (size === 0) return;
    }
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end > 0) {
        const line = decoder.decode(this.#rest.subarray(0, end - 1));
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      await this.#more("cut");
    }
  }

  async #untilBlankLine(): Promise<string> {
    for (;;) {
      const text = decoder.decode(this.#rest.subarray(0, MAX_HEAD));
      const end = text.indexOf("\r\n\r\n");
      if (end !== -1) {
        this.#rest = this.#rest.subarray(end + 4);
        return text.slice(0, end);
      }
      await this.#more(this.#rest.length === 0 ? "lost" : "cut");
    }
  }

  async #more(kind: "lost" | "cut"): Promise<void> {
    const piece = await this.#next(kind);
    if (piece === null) throw new Failure(kind, "the server closed the connection");
    const joined = new Uint8Array(this.#rest.length + piece.length);
    joined.set(this.#rest);
    joined.set(piece, this.#rest.length);
    this.#rest = joined;
  }

  async #next(kind: "lost" | "cut"): Promise<Uint8Array | null> {
    try {
      return await this.#wire.read();
    } catch (error) {
      throw new Failure(kind, `the connection broke: ${(error as Error).message}`);
    }
  }
}

function parseHead(text: string): Head {
  const [line = "", ...rest] = text.split("\r\n");
  const match = /^HTTP\/1\.1 (\d{3}) /.exec(line);
  if (match === null) throw new Failure("wrong", `the status line is ${JSON.stringify(line)}`);
  const fields = new Map(rest.map((field) => {
    const colon = field.indexOf(":");
    if (colon < 1) throw new Failure("wrong", `a field is ${JSON.stringify(field)}`);
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  }));
  const isLast = /\bclose\b/i.test(fields.get("connection") ?? "");
  return { status: Number(match[1]), fields, isLast };
}
