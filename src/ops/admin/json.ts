/** The responses of the admin port. */
import type { HttpError } from "../../http/error.ts";
import type { Field, HttpResponse } from "../../http/message.ts";
import { reasonPhrase } from "../../http/status.ts";

/** The fields of every response: nobody keeps it, frames it, or guesses its type. */
export const COMMON: readonly Field[] = [
  ["Cache-Control", "no-store"],
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
  // Without a referrer, browsers would not name the origin of a form either.
  ["Referrer-Policy", "same-origin"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
];

/** A response with a value as JSON. */
export function json(value: unknown, status = 200, fields: readonly Field[] = []): HttpResponse {
  return {
    status,
    headers: [...COMMON, ["Content-Type", "application/json"], ...fields],
    body: `${JSON.stringify(value)}\n`,
  };
}

/**
 * A response that says why a request is refused.
 *
 * @param message One sentence without a full stop.
 * @param more What helps besides.
 */
export function problem(
  status: number,
  message: string,
  fields: readonly Field[] = [],
  more: Readonly<Record<string, unknown>> = {},
): HttpResponse {
  return json({ error: message, ...more }, status, fields);
}

/** The same for an error that a part of the server has thrown. */
export function problemOf({ status, reason, fields }: HttpError): HttpResponse {
  return problem(status, `${reasonPhrase(status)}: ${reason}`, fields);
}
