import { dropSource, type HttpResponse, isSource } from "../message.ts";

/**
 * Closes the body of a response that will not be sent; it may be anything that a handler
 * returned. Never throws.
 */
export function discard(response: HttpResponse): void {
  try {
    const { body } = response;
    if (isSource(body)) dropSource(body);
  } catch { // Not a response, or not a body.
  }
}
