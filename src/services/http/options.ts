import type { OptionKey } from "../../settings/options.ts";
import type { OptionValues } from "../service.ts";

/** The options of every service that speaks HTTP, and of handlers, which may. */
export const HTTP_OPTIONS = [
  "root",
  "compress",
  "maxHeaderSize",
  "maxHeaders",
  "maxBodySize",
  "idleTimeout",
  "headerTimeout",
  "bodyTimeout",
  "requestTimeout",
  "keepAlive",
  "maxKeepAliveRequests",
  "trustedProxies",
  "accessLog",
  "accessLogFormat",
] as const satisfies readonly OptionKey[];

/** The values of {@linkcode HTTP_OPTIONS}. */
export type HttpOptions = OptionValues<typeof HTTP_OPTIONS[number]>;

/** The shortest timeout of HTTP, in milliseconds; 0 if all are off. */
export function shortestHttpTimeout(options: HttpOptions): number {
  const { headerTimeout, bodyTimeout, requestTimeout, keepAlive } = options;
  const timeouts = [headerTimeout, bodyTimeout, requestTimeout, keepAlive].filter((t) => t > 0);
  return timeouts.length > 0 ? Math.min(...timeouts) : 0;
}
