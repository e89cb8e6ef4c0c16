import type { HashBy } from "../../../settings/balancer.ts";
import { cookieValue } from "./cookie_value.ts";

/** The parts of a request that the choice may depend on. */
interface Request {
  readonly path: string;
  header(name: string): string | null;
}

/**
 * The key by which a backend is chosen: requests with the same key go to the same one.
 *
 * @param client The address of the client: the key of requests without the field or the cookie,
 * too, so that not all of them go to one backend.
 */
export function hashKey(by: HashBy, request: Request, client: string): string {
  switch (by.kind) {
    case "address":
      return client;
    case "path":
      return request.path;
    case "header":
      return request.header(by.name) || client;
    case "cookie":
      return cookieValue(request.header("cookie") ?? "", by.name) || client;
  }
}
