import type { Address } from "./settings/address.ts";

/** Where a lane can run. */
export type PlaceName = "here";

/** What a mode decides: where lanes run, how many, and how many connections each. */
export interface Plan {
  readonly place: PlaceName;
  readonly lanes: { readonly min: number; readonly max: number; readonly spare: number };
  /** Connections that one lane serves at a time. */
  readonly connections: number;
  /** Whether each lane has its own listening socket, or the lanes share one. */
  readonly sharing: "own";
}

/** What a lane serves with: a service of the registry, or a user's module by its absolute path. */
export type ServiceChoice =
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "handler"; readonly path: string };

/** All that a lane is told: plain data that survives structured clone and JSON. Times are in milliseconds. */
export interface Order {
  /** Unique in this server's life; connection ids begin with it. */
  readonly lane: number;
  readonly service: ServiceChoice;
  readonly addresses: readonly Address[];
  readonly backlog: number;
  readonly unixMode: number | null;
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  readonly overload: "wait" | "refuse";
  readonly idleTimeout: number;
  readonly writeTimeout: number;
}
