import { HttpError } from "../error.ts";
import type { RouteParams } from "../message.ts";

/**
 * Percent-decodes path parameters, in place.
 *
 * @throws {HttpError} 400 if a value is not percent-encoded UTF-8 (RFC 3986, 2.1).
 */
export function decodeParams(params: Record<string, string>): RouteParams {
  for (const [name, value] of Object.entries(params)) {
    if (value.includes("%")) params[name] = decode(name, value);
  }
  return params;
}

function decode(name: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new HttpError(400, `the path parameter "${name}" is not percent-encoded UTF-8`);
  }
}
