import type { LogStyle } from "./logger.ts";
import type { Address } from "./settings/address.ts";

/** Where a lane can run: on the main thread, in a thread, in a process. */
export type PlaceName = "here" | "thread" | "process";

/**
 * How the lanes of a server come to one address: threads accept from one
 * socket, processes each have a socket between which the system chooses.
 */
export type Sharing = "shared" | "reusePort";

/** What a mode decides: where lanes run, how many, and how many connections each. */
export interface Plan {
  readonly place: PlaceName;
  /** How many; `spare` of them are kept idle, ahead of need, up to the maximum. */
  readonly lanes: { readonly min: number; readonly max: number; readonly spare: number };
  /** Connections that one lane serves at a time. */
  readonly connections: number;
  /** Connections that the lanes of one process serve at a time. */
  readonly total: number;
  /** The same for one client address; 0 is no limit. */
  readonly perAddress: number;
  readonly sharing: Sharing;
}

/**
 * What a lane serves with: a service of the registry, a user's module by its
 * absolute path, or nothing but a refusal.
 */
export type ServiceChoice =
  | { readonly kind: "service"; readonly name: string }
  | { readonly kind: "handler"; readonly path: string }
  | { readonly kind: "refusal"; readonly words: string | null };

/** What a lane that speaks HTTP is told. Times are in milliseconds, sizes in bytes. */
export interface HttpOrder {
  readonly root: string | null;
  readonly compress: boolean;
  readonly lab: boolean;
  readonly maxHeaderSize: number;
  readonly maxHeaders: number;
  readonly maxBodySize: number;
  readonly idleTimeout: number;
  readonly headerTimeout: number;
  readonly bodyTimeout: number;
  readonly requestTimeout: number;
  readonly keepAlive: number;
  readonly maxKeepAliveRequests: number;
  /** How requests are recorded; null where they are not. */
  readonly accessLog: "combined" | "json" | null;
}

/** All that a lane is told: plain data that survives structured clone and JSON. Times are in milliseconds. */
export interface Order {
  /** Unique in this server's life; connection ids begin with it. */
  readonly lane: number;
  /** How many reloads came before it. */
  readonly generation: number;
  /** Its row of the scoreboard. */
  readonly row: number;
  readonly service: ServiceChoice;
  readonly http: HttpOrder;
  /** Whether the service's module may use files, environment and programs. */
  readonly sandbox: boolean;
  readonly addresses: readonly Address[];
  readonly sharing: Sharing;
  /** Whether it takes the place of a lane that listens already. */
  readonly takeOver: boolean;
  readonly backlog: number;
  readonly unixMode: number | null;
  readonly maxConnections: number;
  readonly totalConnections: number;
  readonly maxConnectionsPerIp: number;
  readonly overload: "wait" | "refuse";
  readonly idleTimeout: number;
  readonly writeTimeout: number;
  /** What connections of a process have to finish when its parent is gone. */
  readonly gracefulTimeout: number;
  /** How long it may give no sign of life; 0 is for ever. */
  readonly workerTimeout: number;
  /** Time between two signs of life. */
  readonly heartbeat: number;
  /** The supervisor is called when fewer lanes than so many are idle; 0 is never. */
  readonly spare: number;
  /** As many lanes as there may be at most. */
  readonly mostLanes: number;
  readonly log: LogStyle;
}
