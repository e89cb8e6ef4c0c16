import type { HttpRequest } from "../message.ts";
import { streamOf } from "./inner_body.ts";
import { fieldsOf, hasBody, InnerRequest, type RequestSlots } from "./inner_request.ts";
import { RESPONSE_SLOTS } from "./response_state.ts";
import { slotOf, slotsOf } from "./slots.ts";

/** The constructor of Request, which also takes the runtime's brand. */
type Branded = new (brand: symbol) => Request;

const Native = globalThis.Request;
const INNER = slotOf(new Native("http://localhost/"), "request");
const FIELDS = slotOf(new Headers(), "header list");
/** Null if the runtime keeps them in another way. */
const SLOTS: RequestSlots | null = findSlots();

/**
 * Adapts a request to the Fetch standard. The Request is the runtime's own; what is particular
 * about it is its state, which is read from the request when it is asked for. Building one in the
 * usual way takes longer than serving the request.
 */
export function fetchRequest(request: HttpRequest): Request {
  return SLOTS === null ? realRequest(request) : lazyRequest(request, SLOTS);
}

function lazyRequest(request: HttpRequest, slots: RequestSlots): Request {
  const made = new (Native as unknown as Branded)(slots.brand);
  const state = slotsOf(made);
  state[slots.inner] = new InnerRequest(request, slots, made);
  if (slots.guard === null) state[slots.makeHeaders] = makeHeaders;
  else state[slots.guard] = "request";
  return made;
}

/** Makes the Headers of a Request, as a method of it; they write to its state. */
function makeHeaders(this: Request): Headers {
  const headers = new Headers();
  if (INNER === null || FIELDS === null) return headers;
  slotsOf(headers)[FIELDS] = (slotsOf(this)[INNER] as InnerRequest).headerList;
  return headers;
}

/**
 * Adapts a request by building a Request in the usual way, for runtimes that keep its state in
 * other slots.
 *
 * @throws {TypeError} If the URL is invalid.
 */
export function realRequest(request: HttpRequest): Request {
  const { method, url, signal } = request;
  const body = hasBody(request) ? streamOf(request.body) : null;
  const init = { method, headers: fieldsOf(request), signal, body, duplex: "half" };
  return new Native(url, init);
}

/** Finds the slots, and tries whether a Request made with them works. */
function findSlots(): RequestSlots | null {
  try {
    const made = new Native("http://localhost/");
    const { aborted } = made.signal;
    const find = (object: object, description: string) => slotOf(object, description) ?? fail();
    const slots: RequestSlots = {
      inner: INNER ?? fail(),
      brand: find(made, "[[webidl.brand]]"),
      guard: slotOf(made, "headers guard"),
      makeHeaders: find(made, "get headers"),
      signal: find(made, "signalCache"),
      abort: find(AbortSignal.prototype, "[[signalAbort]]"),
      Body: (RESPONSE_SLOTS ?? fail()).Body,
    };
    return !aborted && isUsable(slots) ? slots : null;
  } catch {
    return null;
  }
}

function isUsable(slots: RequestSlots): boolean {
  const source = new AbortController();
  const request = {
    method: "GET",
    url: "http://localhost/path",
    headers: [["x-test", "1"]],
    header: (name: string) => name === "x-test" ? "1" : null,
    signal: source.signal,
    body: { length: 0 },
  } as unknown as HttpRequest;
  const made = lazyRequest(request, slots);
  const { method, url, headers, signal, body, bodyUsed, redirect } = made;
  const seen = [method, url, headers.get("X-Test"), signal.aborted, body, bodyUsed, redirect];
  headers.set("X-Test", "2");
  const copies = [made.clone(), new Native(made)];
  source.abort("reason");
  return seen.map(String).join() === "GET,http://localhost/path,1,false,null,false,follow" &&
    signal.reason === "reason" &&
    copies.every((copy) => copy.url === url && copy.headers.get("X-Test") === "2");
}

function fail(): never {
  throw new TypeError("Cannot find a slot of the runtime");
}
