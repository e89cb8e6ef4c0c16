import type { Address } from "../base/address.ts";
import type { Sharing } from "../core/listener.ts";
import type { LogStyle } from "../log/logger.ts";
import type { ServiceChoice } from "../services/service.ts";

/**
 * All that a lane is told: plain data that survives structured clone and JSON.
 * It is built field by field from the settings, so that an option that no lane
 * reads never reaches one. Times are in milliseconds.
 */
export interface Order {
  /** Unique in this server's life; connection ids begin with it. */
  readonly lane: number;
  /** The number of reloads before it. */
  readonly generation: number;
  /** Its row of the scoreboard. */
  readonly row: number;
  readonly service: ServiceChoice;
  /** The values of the options that the service reads. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Whether the handler is denied files, the environment and programs. */
  readonly sandbox: boolean;
  readonly addresses: readonly Address[];
  readonly sharing: Sharing;
  /** Whether it takes the place of a lane that listens already. */
  readonly takeOver: boolean;
  readonly backlog: number;
  readonly unixMode: number | null;
  /** Connections of this lane at a time. */
  readonly maxConnections: number;
  /** Connections of all lanes of its process at a time. */
  readonly totalConnections: number;
  /** The same for one client address; 0 is no limit. */
  readonly maxConnectionsPerIp: number;
  readonly overload: "wait" | "refuse";
  readonly idleTimeout: number;
  readonly writeTimeout: number;
  /** How long connections of a process have to finish when its parent is gone. */
  readonly gracefulTimeout: number;
  /** How long it may miss heartbeats before it counts as hung; 0 is forever. */
  readonly workerTimeout: number;
  /** Time between two heartbeats. */
  readonly heartbeat: number;
  /** The supervisor is called when fewer lanes than this are idle; 0 is never. */
  readonly spare: number;
  /** The most lanes that there may be. */
  readonly mostLanes: number;
  readonly log: LogStyle;
}
