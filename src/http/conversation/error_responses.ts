/** The responses that the server itself makes. */
import type { HttpError } from "../error.ts";
import type { Field, HttpResponse } from "../message.ts";
import { reasonPhrase } from "../status.ts";

const TEXT: Field = ["Content-Type", "text/plain; charset=utf-8"];

/** The response to a request that was refused. */
export function errorResponse({ status, text, fields }: HttpError): HttpResponse {
  return { status, headers: [TEXT, ...fields], body: text };
}

/** The response to a request whose handler failed. The error is in the log, under this id. */
export function internalErrorResponse(id: string): HttpResponse {
  return {
    status: 500,
    headers: [TEXT, ["X-Request-Id", id]],
    body: `${reasonPhrase(500)}: request ${id}\n`,
  };
}
