import { shortest } from "../../base/timeouts.ts";
import type { OptionKey } from "../../settings/options.ts";
import type { OptionValues } from "../service.ts";

/** The options of all that speak HTTP with clients, whatever responds. */
export const CLIENT_OPTIONS = [
  "maxHeaderSize",
  "maxHeaders",
  "maxBodySize",
  "idleTimeout",
  "headerTimeout",
  "bodyTimeout",
  "keepAlive",
  "maxKeepAliveRequests",
  "trustedProxies",
  "accessLog",
  "accessLogFormat",
] as const satisfies readonly OptionKey[];

/** The options of services of HTTP that respond themselves, and of handlers, which may. */
export const HTTP_OPTIONS = [
  "root",
  "compress",
  "requestTimeout",
  ...CLIENT_OPTIONS,
] as const satisfies readonly OptionKey[];

/** The values of {@linkcode HTTP_OPTIONS}. */
export type HttpOptions = OptionValues<typeof HTTP_OPTIONS[number]>;

/** The shortest timeout of HTTP, in milliseconds; 0 if all are off. */
export function shortestHttpTimeout(options: HttpOptions): number {
  const { headerTimeout, bodyTimeout, requestTimeout, keepAlive } = options;
  return shortest([headerTimeout, bodyTimeout, requestTimeout, keepAlive]);
}
