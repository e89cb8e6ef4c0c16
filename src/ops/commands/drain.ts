import type { CommandResult } from "../admin/command.ts";
import { done, refused } from "./outcome.ts";
import type { CommandTargets } from "./targets.ts";

/** Begins to drain, as SIGTERM does; never ends a drain at once, as a second SIGTERM would. */
export function drain({ shutdown }: CommandTargets): CommandResult {
  if (shutdown.isStopping) return refused("failed", "Cannot drain: the server is stopping");
  shutdown.drain();
  return done();
}
