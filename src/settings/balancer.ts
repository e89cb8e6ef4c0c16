/** What the settings say about groups of backends: plain data, as orders carry it. */
import type { Address } from "../base/address.ts";
import type { StatusRange } from "../base/health_check.ts";

/** Where a member of a group is found. */
export type MemberSource =
  | {
    readonly kind: "address";
    /** An IP address and a port, or a Unix socket. */
    readonly address: Address;
  }
  | {
    /** A name, which stands for all of its addresses. */
    readonly kind: "name";
    readonly hostname: string;
    /** 1 to 65,535. */
    readonly port: number;
  }
  | {
    /** SRV records (RFC 2782), which have names, ports, weights and priorities. */
    readonly kind: "srv";
    /** Such as `_http._tcp.service.consul`. */
    readonly name: string;
  };

/** A member of a group as the settings name it: one backend, or all that a name stands for. */
export interface Member {
  readonly source: MemberSource;
  /**
   * The share of each of its backends: 1 to 65,535; 0 drains them. SRV records have their own
   * instead, unless it is 0.
   */
  readonly weight: number;
  /** Whether its backends are used only if no other is available. */
  readonly isBackup: boolean;
  /** The most connections at a time to each of its backends, from one process; 0 for no limit. */
  readonly max: number;
}

/** How a backend is picked. */
export type Balance = "p2c" | "round-robin" | "least-connections" | "hash" | "first";

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
  };

/** The version of the PROXY protocol that backends are sent. */
export type SendProxy = "none" | "v1" | "v2";

/** How backends are checked. Times are in milliseconds. */
export interface HealthSettings {
  readonly check: HealthCheck;
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

/** A group of backends and how to use them. Times are in milliseconds, shares from 0 to 1. */
export interface UpstreamGroup {
  readonly name: string;
  readonly members: readonly Member[];
  /** The absolute path of a file that lists further members; null for none. */
  readonly file: string | null;
  readonly balance: Balance;
  readonly health: HealthSettings;
  readonly passive: {
    /** Failures in a row that eject a backend; 0 for never. */
    readonly failLimit: number;
    /** How long the first ejection lasts. */
    readonly ejectTime: number;
  };
  /** How long the share of a backend that is back grows to its full weight; 0 for not at all. */
  readonly slowStart: number;
  /** The share of healthy backends below which all are used. */
  readonly minHealthy: number;
  readonly connectTimeout: number;
  /** How many other backends a client is tried with. */
  readonly connectRetries: number;
  /** The most retries, as a share of the connections. */
  readonly retryBudget: number;
  /** The most clients that wait for a backend. */
  readonly queueSize: number;
  readonly queueTimeout: number;
  /** Who is refused when the queue is full. */
  readonly queueShed: "newest" | "oldest";
  readonly sendProxy: SendProxy;
  /** The DNS servers to ask; empty for those of the system. */
  readonly resolvers: readonly Address[];
  /** The bounds of the time between two look-ups of a name. */
  readonly resolveInterval: DurationRange;
}

/** A shortest and a longest time, in milliseconds. */
export interface DurationRange {
  readonly min: number;
  readonly max: number;
}

/** Which clients go to a group: those of one listener. */
export interface ListenRoute {
  /** The address of the listener, as in `bind`; null for all that no other route names. */
  readonly bind: Address | null;
  /** The name of the group. */
  readonly group: string;
}

/** The settings of the balancer that tables of the configuration file can hold. */
export interface BalancerSettings {
  /** All groups; empty without `--service proxy`. */
  readonly upstreams: readonly UpstreamGroup[];
  /** The routes of addresses that the server listens on, each at most once. */
  readonly routes: readonly ListenRoute[];
}
