import type { LogStyle } from "../log/logger.ts";
import type { Address } from "../base/address.ts";
import type { Sharing } from "../core/listener.ts";
import type { HttpOrder, ServiceChoice } from "../services/service.ts";

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
