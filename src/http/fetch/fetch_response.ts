import { kindOf } from "../../base/kind_of.ts";
import { InvalidResponseError } from "../error.ts";
import type { BodySource, Field, HttpResponse } from "../message.ts";
import { isDecoded, isOfEncoding, takeResponse } from "./response_state.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
type Reading = ReturnType<Reader["read"]>;

/** Turns of the microtask queue to wait for the end of a body; one from a Blob needs 8. */
const TURNS = 10;

/**
 * Adapts a response of the Fetch standard: at once if its body is text or bytes. A stream that is
 * completely available is read first, so that it can be sent with its length.
 *
 * @throws {InvalidResponseError} If it is not a Response, or its body was used; or the promise rejects.
 */
export function httpResponse(response: Response): HttpResponse | Promise<HttpResponse> {
  const taken = takeResponse(response);
  if (taken !== null) return taken;
  if (response instanceof Response) return readResponse(response);
  throw new InvalidResponseError(
    `Cannot respond: fetch returned ${kindOf(response)}, expected a Response`,
  );
}

/** Adapts any Response, by its public interface. */
async function readResponse(response: Response): Promise<HttpResponse> {
  if (response.type === "error") {
    throw new InvalidResponseError("Cannot respond: found an error Response, expected another");
  }
  const headers = fieldsOf(response);
  const { status } = response;
  const { body } = response;
  if (response.bodyUsed || body?.locked) {
    throw new InvalidResponseError("Cannot respond: the body of the Response was already used");
  }
  if (body === null) return { status, headers };
  return { status, headers, body: await bodyOf(body.getReader()) };
}

/** The fields, except those about what `fetch()` has decompressed. */
function fieldsOf(response: Response): Field[] {
  const fields: Field[] = [];
  const isOfOther = isDecoded(response) ? isOfEncoding : () => false;
  response.headers.forEach((value, name) => {
    if (!isOfOther(name)) fields.push([name, value]);
  });
  return fields;
}

/**
 * The bytes of a stream if they are available and in one piece, otherwise a source.
 * Does not wait for the first piece, so as not to delay the head of the response.
 */
async function bodyOf(reader: Reader): Promise<Uint8Array | BodySource> {
  const first = reader.read();
  const second = reader.read();
  let isSettled = false;
  const settle = () => isSettled = true;
  second.then(settle, settle);
  // Handles a rejection, since the promise itself may never be awaited.
  first.catch(settle);
  for (let turn = 0; turn < TURNS && !isSettled; turn++) await null;
  if (!isSettled || !(await second).done) return new StreamSource(reader, [first, second]);
  const { done, value } = await first;
  return done ? new Uint8Array(0) : bytesOf(value);
}

/** The pieces of a stream, some reads of which have already begun. */
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

  close(reason?: unknown): void {
    // An error in the handler's cancel() no longer matters: the response is over.
    this.#reader.cancel(reason).catch(() => {});
  }
}

/** Checks the type of a piece, which may be anything in a handler's stream. */
function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  throw new InvalidResponseError(
    `Cannot respond: the body yielded ${kindOf(piece)}, expected a Uint8Array`,
  );
}
