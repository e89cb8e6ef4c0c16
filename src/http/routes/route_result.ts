import { isPlainObject, kindOf } from "../../base/kind_of.ts";
import { InvalidResponseError } from "../error.ts";
import { httpResponse } from "../fetch/fetch_response.ts";
import { isFixed } from "../fixed_response.ts";
import type { Field, HttpResponse } from "../message.ts";

/**
 * What a route returns: a response, the text or bytes of a 200, or nothing for a 204.
 * A plain object or an array is sent as JSON. A plain object is a response if it has no
 * members other than `status`, `headers`, `body` and `upgrade`, except `{}` and one with
 * nothing but a `status` that is not a number.
 */
export type RouteResult = HttpResponse | Response | string | Uint8Array | object | null | void;

const TEXT: readonly Field[] = [["Content-Type", "text/plain; charset=utf-8"]];
const BYTES: readonly Field[] = [["Content-Type", "application/octet-stream"]];
const JSON_TYPE: readonly Field[] = [["Content-Type", "application/json"]];
const NO_CONTENT: HttpResponse = { status: 204 };
const EXPECTED =
  "text, bytes, a plain object or an array for JSON, { status, headers, body }, a Response or nothing";
/** The errors of JSON.stringify itself, rather than of a getter or a `toJSON` that it calls. */
const NOT_JSON = /^(Converting circular structure|Do not know how to serialize)/;

/**
 * Makes a response of what a route returned; a promise for an instance of `Response`.
 *
 * @throws {InvalidResponseError} If it is none of what {@linkcode RouteResult} describes.
 */
export function responseOf(result: RouteResult): HttpResponse | Promise<HttpResponse> {
  if (typeof result === "string") return { headers: TEXT, body: result };
  if (result === null || result === undefined) return NO_CONTENT;
  if (isPlainObject(result)) return isResponse(result) ? result : json(result);
  if (typeof result === "object") {
    if (isFixed(result)) return result;
    if (result instanceof Uint8Array) return { headers: BYTES, body: result };
    if (result instanceof Response) return httpResponse(result);
    if (Array.isArray(result) || hasJson(result)) return json(result);
  }
  throw new InvalidResponseError(
    `Cannot respond: the route returned ${kindOf(result)}, expected ${EXPECTED}`,
  );
}

/** Whether a plain object is a response, rather than data. */
function isResponse(value: Record<string, unknown>): value is HttpResponse & typeof value {
  let isOne = false;
  // Unlike Object.keys(), this allocates nothing.
  for (const key in value) {
    if (key === "body" || key === "headers" || key === "upgrade") isOne = true;
    else if (key !== "status" && Object.hasOwn(value, key)) return false;
  }
  // { status: "ok" } is what health checks return.
  return isOne || typeof value["status"] === "number";
}

/** Whether an object of a class says itself what its JSON is, as a Date does. */
function hasJson(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}

function json(value: object): HttpResponse {
  let body: string | undefined;
  try {
    body = JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError) || !NOT_JSON.test(error.message)) throw error;
    const reason = error.message.replaceAll(/\s*\n\s*/g, " ");
    throw new InvalidResponseError(
      `Cannot respond: what the route returned is not JSON: ${reason}`,
    );
  }
  if (body !== undefined) return { headers: JSON_TYPE, body };
  throw new InvalidResponseError(
    `Cannot respond: found ${kindOf(value)} whose JSON is undefined, expected a value`,
  );
}
