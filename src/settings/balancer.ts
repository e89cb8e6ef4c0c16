/** What the settings say about groups of backends: plain data, as orders carry it. */
import type { Address } from "../base/address.ts";
import type { HealthSettings, SendProxy } from "./health_settings.ts";

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
  /** Whether it is written as a URL, `http://`, so that its group is balanced by HTTP. */
  readonly isHttp: boolean;
}

/** What clients and backends speak: bytes that are passed unchanged, or HTTP. */
export type BalancerProtocol = "tcp" | "http";

/** How a backend is picked. */
export type Balance = "p2c" | "round-robin" | "least-connections" | "hash" | "first";

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
  /** Has no effect with TCP. */
  readonly http: HttpGroup;
}

/** A shortest and a longest time, in milliseconds. */
export interface DurationRange {
  readonly min: number;
  readonly max: number;
}

/** The longest times of an exchange with a backend, in milliseconds; 0 for no limit. */
export interface UpstreamTimeouts {
  /** From the request to the whole head of the response. */
  readonly head: number;
  /** Between two pieces, either way. */
  readonly idle: number;
  /** From the request to the end of the response. */
  readonly total: number;
}

/** What keeps a client on its backend. */
export type Stickiness =
  | { readonly kind: "none" }
  /** A field of requests: those with the same value go to the same backend. */
  | { readonly kind: "header"; readonly name: string }
  /** A cookie that names the backend, signed with the key in a file at an absolute path. */
  | { readonly kind: "cookie"; readonly name: string; readonly keyFile: string };

/** What `balance: "hash"` takes of a request; names of fields are in lower case. */
export type HashBy =
  | { readonly kind: "address" | "path" }
  | { readonly kind: "header" | "cookie"; readonly name: string };

/** How a group is used by HTTP. Times are in milliseconds. */
export interface HttpGroup {
  /** How long a connection is kept for the next request; 0 for a connection for each. */
  readonly keepAlive: number;
  /** The most connections that a worker keeps for each backend. */
  readonly maxIdle: number;
  readonly timeouts: UpstreamTimeouts;
  /** How often a request is sent again that may be. */
  readonly retries: number;
  /** The statuses that are a reason to. */
  readonly retryOn: readonly number[];
  /** The longest body that is kept to be sent again, in bytes. */
  readonly retryBuffer: number;
  /** The most requests at a time, from one worker; 0 for no limit. */
  readonly maxRequests: number;
  readonly breaker: {
    /** The share of failed requests, from 0 to 1, that opens it; 0 for never. */
    readonly threshold: number;
    /** How long it stays open before a request tries the group. */
    readonly time: number;
  };
  readonly sticky: Stickiness;
  readonly hashBy: HashBy;
}

/** A field of HTTP: its name and its value. */
export type FieldSetting = readonly [name: string, value: string];

/** What a route does to requests and responses. Names of fields are in lower case. */
export interface HttpRoute {
  /** What replaces the prefix of the path; null leaves the path as it is. */
  readonly rewrite: string | null;
  readonly setRequestFields: readonly FieldSetting[];
  readonly removedRequestFields: readonly string[];
  readonly setResponseFields: readonly FieldSetting[];
  readonly removedResponseFields: readonly string[];
  /** In milliseconds, 0 for no limit; null for those of the group. */
  readonly timeouts: { readonly [K in keyof UpstreamTimeouts]: UpstreamTimeouts[K] | null };
  /** The longest body of a request, in bytes, 0 for no limit; null for that of the server. */
  readonly maxBodySize: number | null;
  /** The most requests at a time, from one worker; 0 for no limit. */
  readonly maxRequests: number;
  /** null for those of the group. */
  readonly retries: number | null;
  /** Where a share of the requests, from 0 to 1, is sent, too. */
  readonly mirror: { readonly group: string; readonly share: number } | null;
}

/** The paths that a route is for. */
export interface RoutePath {
  /** Whether the text begins paths, segment by segment, or is the `pathname` of a URLPattern. */
  readonly kind: "prefix" | "pattern";
  /** A prefix has no slash at its end, and is never the root alone. */
  readonly text: string;
}

/** Which clients and requests go to a group. */
export interface Route {
  /** The address of the listener, as in `bind`; null for all that no other route names. */
  readonly bind: Address | null;
  /** The name of the group. */
  readonly group: string;
  /**
   * The host of the request in lower case; after `*.`, the end of one. null for any, as always
   * with TCP.
   */
  readonly host: string | null;
  /** null for any, as always with TCP. */
  readonly path: RoutePath | null;
  readonly http: HttpRoute;
}

/** The settings of the balancer that do not stand in the table of options as they are used. */
export interface BalancerSettings {
  /** Settled, even if no source sets it; "tcp" without `--service proxy`. */
  readonly protocol: BalancerProtocol;
  /** All groups; empty without `--service proxy`. */
  readonly upstreams: readonly UpstreamGroup[];
  /** The routes of addresses that the server listens on, each at most once. */
  readonly routes: readonly Route[];
}
