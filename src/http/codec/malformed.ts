import { HttpError } from "../error.ts";

/** The error for a request that breaks the rules of HTTP: 400. */
export function malformed(reason: string): HttpError {
  return new HttpError(400, reason);
}
