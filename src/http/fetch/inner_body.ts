import type { RequestBody } from "../message.ts";
import type { InnerBody, InnerBodyClass } from "./slots.ts";

/**
 * The body of a request that arrived, in the form in which the runtime keeps the body of a Request.
 * Read as a whole, it comes straight from the connection. Anything else makes a stream of it, and a
 * body of the runtime.
 */
export class ArrivingBody implements InnerBody {
  readonly source = null;
  readonly length = null;
  readonly #body: RequestBody;
  readonly #Body: InnerBodyClass;
  #real: InnerBody | null = null;

  constructor(body: RequestBody, Body: InnerBodyClass) {
    this.#body = body;
    this.#Body = Body;
  }

  get streamOrStatic(): InnerBody["streamOrStatic"] {
    return this.#asReal.streamOrStatic;
  }

  get stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#asReal.stream;
  }

  unusable(): boolean {
    return this.#real?.unusable() ?? this.#body.isUsed;
  }

  consumed(): boolean {
    return this.#real?.consumed() ?? this.#body.isUsed;
  }

  consume(): unknown {
    return this.#real === null ? wholeOf(this.#body) : this.#real.consume();
  }

  cancel(reason: unknown): void {
    this.#asReal.cancel(reason);
  }

  error(reason: unknown): void {
    this.#asReal.error(reason);
  }

  clone(): InnerBody {
    return this.#asReal.clone();
  }

  createProxy(): InnerBody {
    return this.#asReal.createProxy();
  }

  get #asReal(): InnerBody {
    return this.#real ??= new this.#Body(
      this.#body.isUsed ? { body: new Uint8Array(0), consumed: true } : streamOf(this.#body),
    );
  }
}

/** All bytes of a body, in a buffer of their own. */
async function wholeOf(body: RequestBody): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await body.bytes();
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}

/** The pieces of a body as they arrive. */
export function streamOf(body: RequestBody): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const data = await body.read();
      if (data !== null) return controller.enqueue(data.slice());
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}
