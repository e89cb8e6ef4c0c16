import type { CommandResult } from "../admin/command.ts";
import { done, refused } from "./outcome.ts";
import type { CommandTargets } from "./targets.ts";

/** Reopens the logs and reloads, as SIGHUP does, but at once; resolves when that has ended. */
export async function reload(targets: CommandTargets): Promise<CommandResult> {
  const { log, accessLog, reloader, server } = targets;
  void log.reopen();
  void accessLog.reopen();
  const failure = await reloader.reload();
  if (failure !== null) return refused("failed", failure);
  return done({ generation: server.supervisor.generation });
}
