import { reasonPhrase } from "./status.ts";

/** A failure that can be told to the client, as an answer with its status. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  /**
   * @param status Of the answer, 400 to 599.
   * @param reason What was wrong, for the log and for the client: "more than one Host field".
   * @param fields Fields that the answer has beside the usual ones, such as Allow.
   */
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly fields: readonly (readonly [name: string, value: string])[] = [],
  ) {
    super(`${status} ${reasonPhrase(status)}: ${reason}`);
  }

  /** What the client is told, as text. */
  get text(): string {
    return `${reasonPhrase(this.status)}: ${this.reason}\n`;
  }

  /** The answer, for frameworks that ask an error for it, as Hono does. */
  getResponse(): Response {
    const headers = this.fields.map(([name, value]): [string, string] => [name, value]);
    return new Response(this.text, { status: this.status, headers });
  }
}

/** Whether it is one; a bundled handler has its own copy of the class. */
export function isHttpError(error: unknown): error is HttpError {
  return error instanceof HttpError ||
    (error instanceof Error && error.name === "HttpError" && "reason" in error);
}
