import { type HttpResponse, isSource } from "../message.ts";

/** Closes the body of a response that will not be sent, perhaps because it is none; never throws. */
export function discard(response: HttpResponse): void {
  try {
    const { body } = response;
    // A failure no longer matters, but would end the lane if it were unhandled.
    if (isSource(body)) Promise.resolve(body.close()).catch(() => {});
  } catch { // Not a response, or not a body.
  }
}
