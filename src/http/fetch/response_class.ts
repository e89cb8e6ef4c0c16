/**
 * A constructor of Response for handlers that costs less than the runtime's. That prepares each
 * Response with fields for `Deno.serve`, which takes ten times as long as the rest, and is of no use
 * here. What it makes are the runtime's own objects, so besides the clock only its source text tells
 * the two apart.
 */
import { type InnerResponse, RESPONSE_SLOTS, TEXT_TYPE } from "./response_state.ts";
import { type InnerBody, type InnerBodyClass, slotOf, slotsOf } from "./slots.ts";

const Native = globalThis.Response;

/** The statuses of responses that may not be given a body. */
const NULL_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/**
 * Makes the constructor of handlers the global one. To be called before a handler is loaded. Does
 * nothing if the runtime does not prepare its Responses for `Deno.serve`.
 */
export function installResponse(): void {
  if (globalThis.Response !== Native || RESPONSE_SLOTS === null) return;
  if (slotOf(new Native(), "serve native response") === null) return;
  const { inner, Body } = RESPONSE_SLOTS;
  const value = makeConstructor(inner, Body);
  const attributes = { configurable: true, writable: true, enumerable: false, value };
  Object.defineProperty(Native.prototype, "constructor", attributes);
  Object.defineProperty(globalThis, "Response", attributes);
}

function makeConstructor(inner: symbol, Body: InnerBodyClass): typeof Native {
  // A function, since the prototype of a class cannot be chosen.
  const Response = function (body: BodyInit | null = null, init?: ResponseInit) {
    if (new.target === undefined) {
      throw new TypeError("Class constructor Response cannot be invoked without 'new'");
    }
    if (new.target !== Response) return Reflect.construct(Native, [body, init], new.target);
    if (!isPlain(body) || !isLiteral(init)) return new Native(body, init);
    // Read once, since there may be getters.
    const { status, statusText, headers } = init;
    const parts = { status, statusText, headers } as ResponseInit;
    const made = new Native(null, parts);
    const state = slotsOf(made)[inner] as InnerResponse;
    // Throws.
    if (NULL_BODY.has(state.status)) return new Native(body, parts);
    state.body = bodyOf(body, Body, inner);
    if (typeof body === "string" && !hasType(state)) {
      state.headerList.push(["Content-Type", TEXT_TYPE]);
    }
    return made;
  };
  Object.defineProperties(Response, Object.getOwnPropertyDescriptors(Native));
  return Response as unknown as typeof Native;
}

/** The body of a text; a copy of bytes, as the runtime makes it. */
function bodyOf(body: string | Uint8Array, Body: InnerBodyClass, inner: symbol): InnerBody | null {
  if (typeof body !== "string") {
    return (slotsOf(new Native(body as Uint8Array<ArrayBuffer>))[inner] as InnerResponse).body;
  }
  const made = new Body({ body, consumed: false });
  made.source = body;
  return made;
}

function isPlain(body: BodyInit | null): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array;
}

/** Whether the second argument is an object literal. */
function isLiteral(init: ResponseInit | undefined): init is ResponseInit {
  return typeof init === "object" && init !== null &&
    Object.getPrototypeOf(init) === Object.prototype;
}

function hasType({ headerList }: InnerResponse): boolean {
  return headerList.some(([name]) => name.length === 12 && name.toLowerCase() === "content-type");
}
