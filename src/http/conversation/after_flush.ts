import type { HttpResponse } from "../message.ts";
import { discard } from "./discard.ts";
import type { Output } from "./output.ts";

/**
 * Sends earlier responses without waiting for a handler; returns its response once they are sent.
 *
 * @throws {ConnectionError} If the connection is over; the response is discarded then.
 */
export async function afterFlush(
  output: Output,
  handling: Promise<HttpResponse>,
): Promise<HttpResponse> {
  // A rejection counts as handled: it is looked at later.
  handling.catch(() => {});
  try {
    await output.flushAhead();
  } catch (error) {
    handling.then(discard, () => {});
    throw error;
  }
  return await handling;
}
