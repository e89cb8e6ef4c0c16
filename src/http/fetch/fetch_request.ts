import type { Field, HttpRequest } from "../message.ts";

/** What only a real Request knows: as a rule, what it is by default. */
const OTHER_PARTS = [
  "cache",
  "credentials",
  "destination",
  "integrity",
  "isHistoryNavigation",
  "isReloadNavigation",
  "keepalive",
  "mode",
  "redirect",
  "referrer",
  "referrerPolicy",
  "duplex",
] as const;

/**
 * A Request of the Fetch standard that is made when it is needed: to make one
 * takes longer than to serve it. Method, URL, headers and body come straight from
 * the request that arrived; for all else there is a real one behind it.
 */
class FetchRequest {
  readonly #request: HttpRequest;
  #headers: Headers | null = null;
  #body: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;
  #real: Request | null = null;

  constructor(request: HttpRequest) {
    this.#request = request;
  }

  get method(): string {
    return this.#request.method;
  }

  get url(): string {
    return this.#request.url;
  }

  get headers(): Headers {
    return this.#headers ??= headersOf(this.#request.headers);
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#real !== null) return this.#real.body;
    return this.#hasBody() ? this.#stream() : null;
  }

  get bodyUsed(): boolean {
    return this.#real?.bodyUsed ?? (this.#hasBody() && this.#request.body.isUsed);
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (!this.#hasBody()) return Promise.resolve(new Uint8Array(0));
    return this.#isUntouched()
      ? this.#request.body.bytes()
      : this.#fromReal((real) => real.bytes());
  }

  text(): Promise<string> {
    if (!this.#hasBody()) return Promise.resolve("");
    return this.#isUntouched() ? this.#request.body.text() : this.#fromReal((real) => real.text());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.bytes();
    return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  }

  blob(): Promise<Blob> {
    return this.#fromReal((real) => real.blob());
  }

  formData(): Promise<FormData> {
    return this.#fromReal((real) => real.formData());
  }

  clone(): Request {
    return this.real.clone();
  }

  /** The real one; from here on it has the body. */
  get real(): Request {
    if (this.#real !== null) return this.#real;
    const { method, url, headers, signal } = this;
    const isSpent = this.#isSpent();
    const body = isSpent ? new Uint8Array(0) : this.body;
    const init = { method, headers, signal, body, duplex: "half" };
    const real = new Request(url, init);
    // What is read here cannot be read there.
    if (isSpent) void real.body?.cancel();
    return this.#real = real;
  }

  /** Whether the Fetch standard has a body for it, and it has one. */
  #hasBody(): boolean {
    const { method, body } = this.#request;
    return method !== "GET" && method !== "HEAD" && body.length !== 0;
  }

  /** Whether nobody has touched the body in another way. */
  #isUntouched(): boolean {
    return this.#real === null && this.#body === null;
  }

  /** Whether the body cannot go to another request any more. */
  #isSpent(): boolean {
    return this.#hasBody() && (this.#request.body.isUsed || this.#body?.locked === true);
  }

  /** What the real one makes of the body; it may be too late for one. */
  async #fromReal<T>(read: (real: Request) => Promise<T>): Promise<T> {
    return await read(this.real);
  }

  #stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { body } = this.#request;
    return this.#body ??= new ReadableStream({
      type: "bytes",
      async pull(controller) {
        const data = await body.read();
        if (data !== null) return controller.enqueue(data.slice());
        controller.close();
        controller.byobRequest?.respond(0);
      },
    });
  }
}

/** Of lines that are one field; the lines of Cookie are joined in a way of their own (RFC 6265, 4.2.1). */
function headersOf(fields: readonly Field[]): Headers {
  const headers = new Headers(fields as [string, string][]);
  const cookies = fields.filter(([name]) => name === "cookie").map(([, value]) => value);
  if (cookies.length > 1) headers.set("cookie", cookies.join("; "));
  return headers;
}

forward(OTHER_PARTS);
// By these the runtime knows its own: `new Request(request)` and `fetch(request)` look at them.
forward(Object.getOwnPropertySymbols(new Request("http://localhost")));
Object.setPrototypeOf(FetchRequest.prototype, Request.prototype);

/** Passes what is asked of a FetchRequest on to the real one. */
function forward(keys: readonly (string | symbol)[]): void {
  for (const key of keys) {
    Object.defineProperty(FetchRequest.prototype, key, {
      configurable: true,
      get(this: FetchRequest) {
        return Reflect.get(this.real, key);
      },
    });
  }
}

/** The request in the shape of the Fetch standard; `instanceof Request` holds. */
export function fetchRequest(request: HttpRequest): Request {
  return new FetchRequest(request) as unknown as Request;
}
