import { kindOf } from "../../base/kind_of.ts";
import { InvalidResponseError } from "../error.ts";
import type { HttpRequest } from "../message.ts";

/**
 * Checks that a request can be answered with an upgrade to what a handler gave.
 *
 * @throws {InvalidResponseError} If not.
 */
export function checkUpgrade(request: HttpRequest, upgrade: unknown): void {
  if (typeof upgrade !== "function") {
    throw new InvalidResponseError(
      `Cannot upgrade: found ${kindOf(upgrade)}, expected a function`,
    );
  }
  // The client would take a 101 that it did not ask for as malformed (RFC 9110, 7.8).
  if (!request.asksToUpgrade || request.version === "1.0") {
    throw new InvalidResponseError("Cannot upgrade: the request does not ask for it");
  }
}
