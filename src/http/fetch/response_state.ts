import type { Field, HttpResponse } from "../message.ts";
import { type InnerBody, type InnerBodyClass, slotOf, type Slots, slotsOf } from "./slots.ts";

/** A Response, as the runtime keeps it. */
export interface InnerResponse {
  readonly type: string;
  readonly status: number;
  /** Names are as given; repeated fields are separate. The Headers of the Response write to it. */
  readonly headerList: [name: string, value: string][];
  body: InnerBody | null;
  /** Whether `fetch()` has decompressed the body, which the fields do not say. */
  readonly bodyDecoded?: boolean;
}

/** Where the runtime keeps the state of a Response. */
interface ResponseSlots {
  readonly inner: symbol;
  /** A text that has not become a body yet. */
  readonly text: symbol;
  /** The Content-Type, until the fields are looked at. */
  readonly type: symbol;
  /** Whether that text counts as read. */
  readonly isConsumed: symbol;
  readonly Body: InnerBodyClass;
}

/** The type of a text without any. */
export const TEXT_TYPE = "text/plain;charset=UTF-8";
const TEXT_FIELDS: readonly Field[] = [["content-type", TEXT_TYPE]];
/** Fields about the body as `fetch()` received it. */
const ENCODING = ["content-encoding", "content-length", "transfer-encoding"];

const prototype = globalThis.Response.prototype;
/** Null if the runtime keeps them in another way. */
export const RESPONSE_SLOTS: ResponseSlots | null = findSlots();
const MISSING = Symbol("missing");
const { inner: INNER, text: TEXT, type: TYPE, isConsumed: CONSUMED } = RESPONSE_SLOTS ??
  { inner: MISSING, text: MISSING, type: MISSING, isConsumed: MISSING };

/**
 * Takes a response of text or bytes, or without a body, out of a Response, whose body is used
 * then. Reads the state that the runtime keeps, without streams, promises and Headers.
 *
 * @returns null if that cannot be done: the body is a stream, or used, or the Response is not
 * like one of the runtime.
 */
export function takeResponse(response: Response): HttpResponse | null {
  // An untyped handler may return anything.
  if (typeof response !== "object" || response === null) return null;
  if (Object.getPrototypeOf(response) !== prototype) return null;
  // What a handler defines itself is found by asking for it.
  if (Object.hasOwn(response, "headers") || Object.hasOwn(response, "body")) return null;
  const slots = slotsOf(response);
  const inner = slots[INNER] as InnerResponse | undefined;
  if (inner === undefined || inner.type === "error" || inner.bodyDecoded === true) return null;
  const body = takeBody(slots, inner);
  if (body === undefined) return null;
  return { status: response.status, headers: fieldsOf(slots, inner), body };
}

/** Whether `fetch()` has decompressed the body of a Response, so that its fields are about another. */
export function isDecoded(response: Response): boolean {
  return (slotsOf(response)[INNER] as InnerResponse | undefined)?.bodyDecoded === true;
}

/** Whether a field, by its name in lower case, is about the body as it was sent. */
export function isOfEncoding(name: string): boolean {
  return ENCODING.includes(name);
}

/** Takes the body if it is text, bytes or null, and marks it as used; undefined if it is not. */
function takeBody(slots: Slots, inner: InnerResponse): string | Uint8Array | null | undefined {
  const text = slots[TEXT];
  if (typeof text === "string") {
    if (slots[CONSUMED] === true) return undefined;
    slots[CONSUMED] = true;
    return text;
  }
  if (inner.body === null) return null;
  const { streamOrStatic } = inner.body;
  if (!("consumed" in streamOrStatic) || streamOrStatic.consumed) return undefined;
  const { body } = streamOrStatic;
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return undefined;
  streamOrStatic.consumed = true;
  return body;
}

/** The fields as Headers would list them: sorted, in lower case, and repeated ones joined. */
function fieldsOf(slots: Slots, { headerList }: InnerResponse): readonly Field[] {
  // A text without anything else.
  const isPlain = typeof slots[TEXT] === "string" && slots[TYPE] === null;
  if (isPlain && headerList.length === 0) return TEXT_FIELDS;
  const fields: Field[] = [];
  for (let i = 0; i < headerList.length; i++) {
    const [name, value] = headerList[i] as [string, string];
    insert(fields, name.toLowerCase(), value);
  }
  const type = slots[TYPE];
  if (typeof type === "string") insert(fields, "content-type", type);
  return fields;
}

/** Inserts a field where it belongs by its name, or joins it with the one that is there. */
function insert(fields: Field[], name: string, value: string): void {
  let at = fields.length;
  while (at > 0 && name < (fields[at - 1] as Field)[0]) at--;
  const before = fields[at - 1];
  if (before !== undefined && before[0] === name && name !== "set-cookie") {
    fields[at - 1] = [name, before[1] === "" ? value : `${before[1]}, ${value}`];
    return;
  }
  const field: Field = [name, value];
  fields.push(field);
  // Not splice(), which makes an array.
  for (let i = fields.length - 1; i > at; i--) fields[i] = fields[i - 1] as Field;
  fields[at] = field;
}

/** Finds the slots, and tries whether they hold what is expected. */
function findSlots(): ResponseSlots | null {
  try {
    const made = new Response("text", { status: 201, headers: { "X-Test": "1" } });
    const inner = slotOf(made, "response");
    if (inner === null) return null;
    const { type, status, headerList, body } = slotsOf(made)[inner] as InnerResponse;
    const { streamOrStatic, constructor } = body as InnerBody;
    made.headers.append("X-More", "2");
    const isAsExpected = type === "default" && status === 201 &&
      headerList.map(String).join() === `X-Test,1,Content-Type,${TEXT_TYPE},X-More,2` &&
      "consumed" in streamOrStatic && streamOrStatic.body === "text" && !streamOrStatic.consumed;
    if (!isAsExpected) return null;
    return { inner, ...findTextSlots(inner), Body: constructor as InnerBodyClass };
  } catch {
    return null;
  }
}

/** The slots of a text that has not become a body, in runtimes that have them. */
function findTextSlots(inner: symbol): Pick<ResponseSlots, "text" | "type" | "isConsumed"> {
  const made = new Response("text");
  const [text, type, isConsumed] = [
    "lazy static body",
    "lazy static content type",
    "serve fast consumed",
  ]
    .map((description) => slotOf(made, description));
  const { body } = slotsOf(made)[inner] as InnerResponse;
  if (body !== null) {
    const absent = Symbol("absent");
    return { text: text ?? absent, type: type ?? absent, isConsumed: isConsumed ?? absent };
  }
  if (!text || !type || !isConsumed || slotsOf(made)[text] !== "text") {
    throw new Error("Cannot find the body of a Response");
  }
  slotsOf(made)[isConsumed] = true;
  if (!made.bodyUsed) throw new Error("Cannot mark the body of a Response as used");
  return { text, type, isConsumed };
}
