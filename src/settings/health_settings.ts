/** How the health of backends is checked: plain data of the settings. */
import type { StatusRange } from "../base/health_check.ts";

/** What a health check does. */
export type HealthCheck =
  | { readonly kind: "none" }
  | { readonly kind: "tcp" }
  | {
    readonly kind: "http";
    /** A path with its query, in the form of a request line. */
    readonly path: string;
    /** The field Host; null for the address of the backend. */
    readonly host: string | null;
    /** The statuses of a healthy backend. */
    readonly status: readonly StatusRange[];
    /** Text that the body of a healthy backend contains; null for any body. */
    readonly body: string | null;
    /** The name in the certificate of a server that speaks TLS; absent for plain HTTP. */
    readonly serverName?: string;
  }
  | RedisCheck
  | PostgresCheck;

/** Asks Redis, Valkey and the like whether they serve. */
export interface RedisCheck {
  readonly kind: "redis";
  /** Null for the user `default`. */
  readonly user: string | null;
  /** Null for none: then it is enough that a server asks for one. */
  readonly password: string | null;
  /** The number of a database that must exist. */
  readonly database: number;
}

/** Asks PostgreSQL whether it accepts clients, as pg_isready does: without logging in. */
export interface PostgresCheck {
  readonly kind: "postgres";
  readonly user: string;
  readonly database: string;
}

/** The version of the PROXY protocol that backends are sent. */
export type SendProxy = "none" | "v1" | "v2";

/** How backends are checked. Times are in milliseconds. */
export interface HealthSettings {
  readonly check: HealthCheck;
  /** The port that is asked at the address of a backend; null for the backend's own. */
  readonly port: number | null;
  /** As of the group: a backend that expects a header expects it of checks, too. */
  readonly sendProxy: SendProxy;
  readonly interval: number;
  readonly timeout: number;
  /** Successes in a row after which a backend is up. */
  readonly rise: number;
  /** Failures in a row after which a backend is down. */
  readonly fall: number;
  /** What a backend counts as before its first verdict. */
  readonly startState: "up" | "down";
}
