import type { Address } from "../base/address.ts";
import type { Sampling } from "../base/sampling.ts";
import type { SpanTarget } from "../base/span_target.ts";
import type { Sharing } from "../core/listener.ts";
import type { TakenSocket } from "../core/taken_socket.ts";
import type { LogStyle } from "../log/logger.ts";
import type { ServiceChoice } from "../services/service.ts";
import type { Settings } from "../settings/options.ts";

/**
 * The complete configuration of a lane: plain data that survives structured clone
 * and JSON, with times in milliseconds. Built field by field from the settings, so
 * that an option that no lane reads never reaches one.
 */
export interface Order {
  /**
   * Connection ids begin with it. Unique for the life of the server, except that the lane
   * which refuses clients in place of busy ones is number 0 as well: it has no connections.
   */
  readonly lane: number;
  /** The number of reloads before this lane. */
  readonly generation: number;
  /** Its row of the scoreboard. */
  readonly row: number;
  /** Its tenancy of the row. */
  readonly tenancy: number;
  /** The mode of the server, which its lanes only tell to their service. */
  readonly mode: Settings["mode"];
  readonly service: ServiceChoice;
  /** The values of the options that the service reads. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The numbers of the groups of backends on the board, by name; null unless the service balances. */
  readonly groups: Readonly<Record<string, number>> | null;
  /** Whether the handler is denied access to files, the environment and other programs. */
  readonly sandbox: boolean;
  readonly addresses: readonly Address[];
  /** The sockets that its process has taken over, each of which stands for one of the addresses. */
  readonly inherited: readonly TakenSocket[];
  /** The file descriptor of the {@linkcode ProcessLoads} of processes that share sockets; null of others. */
  readonly loads: number | null;
  readonly sharing: Sharing;
  /** Whether the lane replaces one that already listens, on Unix sockets once it is told to take over. */
  readonly takeOver: boolean;
  readonly backlog: number;
  readonly unixMode: number | null;
  /**
   * The networks of the proxies that introduce all clients by the PROXY protocol, and
   * `unix` for proxies on Unix sockets; null if clients connect themselves.
   */
  readonly trustedProxies: readonly string[] | null;
  /** The most open connections of this lane. */
  readonly maxConnections: number;
  /** The most open connections of all lanes of its process. */
  readonly totalConnections: number;
  /** The most open connections of one client address, in all lanes; 0 is no limit. */
  readonly maxConnectionsPerIp: number;
  readonly overload: "wait" | "refuse";
  readonly idleTimeout: number;
  readonly writeTimeout: number;
  /** How long the connections of a process have to finish once its parent is gone. */
  readonly gracefulTimeout: number;
  /** How long the lane may take to be ready; 0 means no limit. */
  readonly startTimeout: number;
  /** How long the ready lane may go without a heartbeat before it counts as hung; 0 means no limit. */
  readonly workerTimeout: number;
  /** Time between two heartbeats. */
  readonly heartbeat: number;
  /** The lane notifies the supervisor when fewer lanes than this are idle; 0 is never. */
  readonly spare: number;
  /** The maximum number of lanes. */
  readonly maxLanes: number;
  /** Whether it counts its HTTP responses and their durations, and measures how long clients wait. */
  readonly measures: boolean;
  readonly log: LogStyle;
  /**
   * Which requests are traced; null if traces are off. Decided once for all lanes: a sandboxed
   * thread cannot read the environment.
   */
  readonly sampling: Sampling | null;
  /** Where spans are sent if the runtime does not send them; null if traces are off. */
  readonly spanTarget: SpanTarget | null;
}
