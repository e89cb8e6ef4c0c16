import { MAX_WORKERS } from "../../settings/worker_options.ts";
import type { Command, CommandResult } from "../admin/command.ts";
import { done, refused } from "./outcome.ts";
import type { CommandTargets } from "./targets.ts";

type Scale = Extract<Command, { kind: "scale" }>;

/** Changes the maximum number of lanes, as SIGTTIN and SIGTTOU do. */
export function scale(command: Scale, { server, shutdown }: CommandTargets): CommandResult {
  const { supervisor, plan, mode } = server;
  if (plan.place === "here") {
    return refused("invalid", `Cannot scale: --mode ${mode} has one worker`);
  }
  if (shutdown.isStopping) return refused("failed", "Cannot scale: the server is stopping");
  const { now: before } = supervisor.scale(0);
  const wanted = "to" in command ? command.to : before + command.by;
  if (wanted > MAX_WORKERS) {
    return refused(
      "invalid",
      `Cannot scale: found ${wanted} workers, expected at most ${MAX_WORKERS}`,
    );
  }
  const { now } = supervisor.scale(wanted - before);
  return done({ before, now });
}
