import { CLIENT_OPTIONS } from "../http/options.ts";
import type { OptionValues } from "../service.ts";

/** The options of the balancer. */
export const PROXY_SERVICE_OPTIONS = [
  "protocol",
  "upstreams",
  "routes",
  ...CLIENT_OPTIONS,
] as const;

/** The values of {@linkcode PROXY_SERVICE_OPTIONS}. */
export type ProxyOptions = OptionValues<typeof PROXY_SERVICE_OPTIONS[number]>;
