import type { Field, HttpRequest } from "../message.ts";
import { ArrivingBody } from "./inner_body.ts";
import { type InnerBody, type InnerBodyClass, slotsOf } from "./slots.ts";

/** What a Request of the runtime needs to be made of another state than its own. */
export interface RequestSlots {
  /** The state itself. */
  readonly inner: symbol;
  /** Passed to the constructor, it makes a Request without a state. */
  readonly brand: symbol;
  /** What its Headers allow; null if they are made by a function. */
  readonly guard: symbol | null;
  /** A function that makes its Headers; used by runtimes without the guard. */
  readonly makeHeaders: symbol;
  readonly signal: symbol;
  /** Aborts an AbortSignal with a reason. */
  readonly abort: symbol;
  readonly Body: InnerBodyClass;
}

/**
 * A request that arrived, in the form in which the runtime keeps the state of a Request: method,
 * URL, fields and body come from the request when they are asked for.
 */
export class InnerRequest {
  readonly #request: HttpRequest;
  readonly #slots: RequestSlots;
  readonly #owner: Request;
  #fields: [string, string][] | null = null;
  #body: InnerBody | null = null;

  /** @param owner The Request that this is the state of. */
  constructor(request: HttpRequest, slots: RequestSlots, owner: Request) {
    this.#request = request;
    this.#slots = slots;
    this.#owner = owner;
  }

  get method(): string {
    return this.#request.method;
  }

  url(): string {
    return this.#request.url;
  }

  /** The value of a field, until its Headers ask for the whole list. */
  header(name: string): string | null {
    const lower = name.toLowerCase();
    return lower === "cookie" ? cookieOf(this.#request) : this.#request.header(lower);
  }

  /** Always the same, since the Headers write to it. */
  get headerList(): [string, string][] {
    return this.#fields ??= fieldsOf(this.#request);
  }

  get body(): InnerBody | null {
    return this.#body ??= hasBody(this.#request)
      ? new ArrivingBody(this.#request.body, this.#slots.Body)
      : null;
  }

  /** Called when the runtime has made the signal of the Request; aborts it for the same reason as ours. */
  onCancel(): void {
    const { signal } = this.#request;
    const slots = slotsOf(slotsOf(this.#owner)[this.#slots.signal] as AbortSignal);
    const abort = () => {
      (slots[this.#slots.abort] as (reason: unknown) => void).call(slots, signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  }

  get redirectMode(): RequestRedirect {
    return "follow";
  }

  get redirectCount(): number {
    return 0;
  }

  get clientRid(): null {
    return null;
  }

  get blobUrlEntry(): null {
    return null;
  }
}

/** Whether there is a body, and the Fetch standard allows one for the method. */
export function hasBody({ method, body }: HttpRequest): boolean {
  return method !== "GET" && method !== "HEAD" && body.length !== 0;
}

/** The fields, with those of Cookie joined by semicolons (RFC 6265, 4.2.1). */
export function fieldsOf(request: HttpRequest): [string, string][] {
  const fields: [string, string][] = [];
  let hasCookie = false;
  for (const [name, value] of request.headers) {
    if (name !== "cookie") fields.push([name, value]);
    else if (!hasCookie) fields.push([name, cookieOf(request) ?? ""]);
    hasCookie ||= name === "cookie";
  }
  return fields;
}

function cookieOf({ headers }: HttpRequest): string | null {
  const isCookie = ([name]: Field) => name === "cookie";
  const cookies = headers.filter(isCookie).map(([, value]) => value);
  return cookies.length === 0 ? null : cookies.join("; ");
}
