import type { Level } from "../../log/level.ts";
import type { Log } from "../../log/log.ts";
import type { Server } from "../../server/server.ts";
import type { CommandResult } from "../admin/command.ts";

/** What a change of the level acts on. */
export interface LogTargets {
  readonly server: Pick<Server, "supervisor">;
  readonly log: Pick<Log, "threshold">;
}

/** Changes the lowest level that is logged, by all lanes and those that start later, until a restart. */
export function setLogLevel({ server, log }: LogTargets, level: Level): CommandResult {
  log.threshold.level = level;
  for (const { handle } of server.supervisor.lanes) handle.setLogLevel(level);
  return { ok: true, value: {} };
}
