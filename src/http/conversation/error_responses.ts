/** What the server itself answers. */
import type { HttpError } from "../error.ts";
import type { Field, HttpResponse } from "../message.ts";
import { reasonPhrase } from "../status.ts";

const TEXT: Field = ["Content-Type", "text/plain; charset=utf-8"];

/** The answer to a request that was refused. */
export function answerOf({ status, text, fields }: HttpError): HttpResponse {
  return { status, headers: [TEXT, ...fields], body: text };
}

/** The answer where a handler failed: by the id the log has the rest, which is not for the client. */
export function failureAnswer(id: string): HttpResponse {
  return {
    status: 500,
    headers: [TEXT, ["X-Request-Id", id]],
    body: `${reasonPhrase(500)}: request ${id}\n`,
  };
}
