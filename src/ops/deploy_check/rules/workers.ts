/** How many workers a server has where its processors are limited. */
import type { DeployedServer } from "../deployment.ts";

/** Modes with a fixed number of workers. */
const MODES = ["pooled", "forked"];

/**
 * The number of workers; null if the mode has none, or it depends on the machine.
 */
export function workersOf({ settings, processors }: DeployedServer): number | null {
  if (!MODES.includes(settings.mode)) return null;
  return settings.workers ?? (processors === null ? null : Math.ceil(processors.value));
}
