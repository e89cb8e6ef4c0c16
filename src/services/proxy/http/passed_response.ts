import type { BodySource, Field, HttpResponse } from "../../../http/message.ts";

/**
 * A response of a backend for the client.
 *
 * Not an object literal: the engine counts how many of those survive a collection, which in the
 * first burst of requests are most of them. From then on it would make them old at once, and each
 * would keep all of its request alive until the next full collection.
 */
export class PassedResponse implements HttpResponse {
  constructor(
    readonly status: number,
    readonly headers: readonly Field[],
    readonly body: BodySource | null,
  ) {}
}
