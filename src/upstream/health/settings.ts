import type { HealthCheck, HealthSettings } from "../../settings/health_settings.ts";

export type { HealthCheck, HealthSettings };

/**
 * A check that can be made. With `tcp`, accepting a connection is enough: the kernel does that
 * even for a process that hangs, so only `http` notices one.
 */
export type ActiveCheck = Exclude<HealthCheck, { readonly kind: "none" }>;

/** A check by HTTP/1.1: `GET path`, and what the answer must be. */
export type HttpCheck = Extract<HealthCheck, { readonly kind: "http" }>;
