/** Every command of operators, and what carries it out. */
import type { Command, CommandResult } from "../admin/command.ts";
import { setBackend } from "./backend.ts";
import { closeConnection, listConnections } from "./connections.ts";
import { drain } from "./drain.ts";
import { setLogLevel } from "./log_level.ts";
import { done, refused } from "./outcome.ts";
import { reload } from "./reload.ts";
import { scale } from "./scale.ts";
import type { CommandTargets } from "./targets.ts";

type Kind = Command["kind"];

/** Carries out the commands of one kind. */
type Run<K extends Kind> = (
  command: Extract<Command, { kind: K }>,
  targets: CommandTargets,
) => CommandResult | Promise<CommandResult>;

const COMMANDS: { readonly [K in Kind]: Run<K> } = {
  reload: (_command, targets) => reload(targets),
  drain: (_command, targets) => drain(targets),
  scale,
  logLevel: ({ level }, targets) => setLogLevel(targets, level),
  backend: (wish, { server }) => setBackend(server, wish),
  connections: async ({ filter, limit }, { server }) =>
    done(await listConnections(server, filter, limit)),
  closeConnection: ({ id }, { server }) => closeConnection(server, id),
};

/** Carries out a command; rejects never: an error is a result as well. */
export async function runCommand(
  command: Command,
  targets: CommandTargets,
): Promise<CommandResult> {
  try {
    const run = COMMANDS[command.kind] as Run<Kind>;
    return await run(command as never, targets);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return refused("failed", `Cannot carry out the command: ${reason}`);
  }
}
