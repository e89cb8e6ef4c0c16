import { knowCopies } from "../base/copies.ts";
import { reasonPhrase } from "./status.ts";

/** An error that is sent to the client as a response with its status. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  static {
    knowCopies(this, "HttpError");
  }

  /**
   * @param status From 400 to 599.
   * @param reason For the log and for the client: "more than one Host field".
   * @param fields Additional fields of the response, such as Allow.
   */
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly fields: readonly (readonly [name: string, value: string])[] = [],
  ) {
    super(`${status} ${reasonPhrase(status)}: ${reason}`);
  }

  /** The body of the response. */
  get text(): string {
    return `${reasonPhrase(this.status)}: ${this.reason}\n`;
  }

  /** The response, for frameworks that get it from the error, such as Hono. */
  getResponse(): Response {
    const headers = this.fields.map(([name, value]): [string, string] => [name, value]);
    return new Response(this.text, { status: this.status, headers });
  }
}

/** Why a request was aborted: the client has left, a timeout has passed, or the server drains. */
export class RequestAbortedError extends DOMException {}

/** A handler reads a body after its response was sent. */
export class LateReadError extends TypeError {
  constructor() {
    super("Cannot read the body: the response was already sent");
  }
}

/** A handler returned what cannot be sent. It has no stack, which would show only the server. */
export class InvalidResponseError extends TypeError {
  constructor(message: string) {
    super(message);
    Object.defineProperty(this, "stack", { value: undefined });
  }
}

/** A response that was received cannot be understood. */
export class MalformedResponseError extends Error {
  override readonly name = "MalformedResponseError";

  /**
   * @param reason For the log: "both Content-Length and Transfer-Encoding".
   * @param kind Whether it breaks the rules of HTTP, or its fields or trailers exceed a limit.
   */
  constructor(readonly reason: string, readonly kind: "malformed" | "header size") {
    super(`Cannot read the response: ${reason}`);
  }
}

/** Whether a value is an HttpError, or an error of the same shape. */
export function isHttpError(error: unknown): error is HttpError {
  return error instanceof HttpError ||
    (error instanceof Error && error.name === "HttpError" && "reason" in error);
}
