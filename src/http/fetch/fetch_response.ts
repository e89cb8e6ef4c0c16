import type { BodySource, Field, HttpResponse } from "../message.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
type Reading = ReturnType<Reader["read"]>;

/** Turns of the microtask queue in which a body ends that is there as a whole; a Blob takes 8. */
const TURNS = 10;

/**
 * Makes a response of one of the Fetch standard. A body that is there as a whole
 * is taken as a whole, so that its length can be announced.
 *
 * @throws {TypeError} If it is none, or its body was used.
 */
export async function httpResponse(response: Response): Promise<HttpResponse> {
  if (!(response instanceof Response)) {
    const found = response === null ? "null" : `a value of type ${typeof response}`;
    throw new TypeError(`Cannot answer: fetch gave ${found}, wanted a Response`);
  }
  if (response.type === "error") throw new TypeError("Cannot answer: fetch gave an error Response");
  const headers: Field[] = [];
  response.headers.forEach((value, name) => headers.push([name, value]));
  const { status } = response;
  const { body } = response;
  if (response.bodyUsed || body?.locked) {
    throw new TypeError("Cannot answer: the body of the Response was used");
  }
  if (body === null) return { status, headers };
  return { status, headers, body: await bodyOf(body.getReader()) };
}

/**
 * The bytes of a stream, if all of them are there and in one piece; else a source
 * of them. It may be long before the first: the client is not kept waiting for
 * the head so long.
 */
async function bodyOf(reader: Reader): Promise<Uint8Array | BodySource> {
  const first = reader.read();
  const second = reader.read();
  let isSettled = false;
  const settle = () => isSettled = true;
  second.then(settle, settle);
  // One that fails does so for who asks for it, be it much later or never.
  first.catch(settle);
  for (let turn = 0; turn < TURNS && !isSettled; turn++) await null;
  if (!isSettled || !(await second).done) return new StreamSource(reader, [first, second]);
  const { value } = await first;
  return value === undefined ? new Uint8Array(0) : bytesOf(value);
}

/** Pieces of a stream whose first ones are being read already. */
class StreamSource implements BodySource {
  readonly length = null;
  readonly #reader: Reader;
  readonly #begun: Reading[];

  constructor(reader: Reader, begun: Reading[]) {
    this.#reader = reader;
    this.#begun = begun;
  }

  async read(): Promise<Uint8Array | null> {
    const { done, value } = await (this.#begun.shift() ?? this.#reader.read());
    return done ? null : bytesOf(value);
  }

  close(): void {
    // What the handler makes of it is its own affair: the answer is over.
    this.#reader.cancel().catch(() => {});
  }
}

/** A handler's stream may give anything. */
function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError(`Cannot answer: the body gave a ${typeof piece}, wanted bytes (Uint8Array)`);
}
