import type { StatusRange } from "../../base/health_check.ts";

/** A check by HTTP/1.1: `GET path`, and what the answer must be. */
export interface HttpCheck {
  readonly kind: "http";
  /** The path and query, in visible ASCII. */
  readonly path: string;
  /** The value of the field Host; null for the address of the backend. */
  readonly host: string | null;
  /** The expected status codes. */
  readonly status: readonly StatusRange[];
  /** Text that must occur in the first 64 KiB of the body; null for any body, which is not read. */
  readonly body: string | null;
}

/**
 * A check that can be made. With `tcp`, accepting a connection is enough: the kernel does that
 * even for a process that hangs, so only `http` notices one.
 */
export type ActiveCheck = { readonly kind: "tcp" } | HttpCheck;

/** How a backend is checked, if it is. */
export type HealthCheck = { readonly kind: "none" } | ActiveCheck;

/** How the backends of a group are checked, and what is concluded. Times in milliseconds. */
export interface HealthSettings {
  readonly check: HealthCheck;
  /** From the beginning of a check to that of the next one. */
  readonly interval: number;
  /** How long a check may take; the next one waits for its end. */
  readonly timeout: number;
  /** So many successful checks in a row make a backend up. */
  readonly rise: number;
  /** So many failed checks in a row make a backend down. */
  readonly fall: number;
  /**
   * The share of the interval, from 0 to 1, by which chance shortens it each time. It never
   * gets longer, so a backend that refuses connections is down within `fall` intervals.
   */
  readonly jitter: number;
  /** What the backends that a server starts with are before their first check. */
  readonly startState: "up" | "down";
}
