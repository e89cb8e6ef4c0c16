import type { Field, HttpRequest } from "../message.ts";

/** Properties that only a real Request has, mostly with default values. */
const FORWARDED = [
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
 * A Request of the Fetch standard. Method, URL, headers and body come straight from
 * the request that arrived. Anything else creates a real Request and forwards to
 * it: creating one takes longer than serving the request.
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

  /** The real Request, which takes over the body when it is created. */
  get real(): Request {
    if (this.#real !== null) return this.#real;
    const { method, url, headers, signal } = this;
    const isSpent = this.#isSpent();
    const body = isSpent ? new Uint8Array(0) : this.body;
    const init = { method, headers, signal, body, duplex: "half" };
    const real = new Request(url, init);
    // A body that was read here must count as read there.
    if (isSpent) void real.body?.cancel();
    return this.#real = real;
  }

  /** Whether there is a body, and the Fetch standard allows one for the method. */
  #hasBody(): boolean {
    const { method, body } = this.#request;
    return method !== "GET" && method !== "HEAD" && body.length !== 0;
  }

  /** Whether the body can still be read directly: there is neither a stream nor a real Request. */
  #isUntouched(): boolean {
    return this.#real === null && this.#body === null;
  }

  /** Whether the body was read or locked, so that another request cannot take it over. */
  #isSpent(): boolean {
    return this.#hasBody() && (this.#request.body.isUsed || this.#body?.locked === true);
  }

  /** Reads the body from the real Request; rejects if making one throws. */
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

/** Joins repeated fields, those of Cookie by semicolons (RFC 6265, 4.2.1). */
function headersOf(fields: readonly Field[]): Headers {
  const headers = new Headers(fields as [string, string][]);
  const cookies = fields.filter(([name]) => name === "cookie").map(([, value]) => value);
  if (cookies.length > 1) headers.set("cookie", cookies.join("; "));
  return headers;
}

forward(FORWARDED);
// The runtime's internal slots, which `new Request(request)` and `fetch(request)` read.
forward(Object.getOwnPropertySymbols(new Request("http://localhost")));
Object.setPrototypeOf(FetchRequest.prototype, Request.prototype);

/** Defines getters that forward to the real Request. */
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

/** Adapts a request to the Fetch standard; `instanceof Request` holds. */
export function fetchRequest(request: HttpRequest): Request {
  return new FetchRequest(request) as unknown as Request;
}
