import type { AccessLog } from "../../log/access_log.ts";
import type { Log } from "../../log/log.ts";
import type { Reloader } from "../../server/reloader.ts";
import type { Server } from "../../server/server.ts";

/** The parts of a running server that commands act on. */
export interface CommandTargets {
  readonly server: Server;
  readonly log: Log;
  readonly accessLog: AccessLog;
  readonly reloader: Reloader;
  readonly shutdown: DrainTarget;
}

/** What drains a server. */
export interface DrainTarget {
  readonly isStopping: boolean;
  /** Stops accepting, and ends once the clients have left; does nothing if the server is stopping. */
  drain(): void;
}
