import { memoryLimit } from "../base/memory_limit.ts";
import { availableProcessors } from "../base/processors.ts";
import { systemLimits } from "../base/system_limits.ts";

/** What the machine allows the server. */
export interface Machine {
  /** The processors that it may use. */
  readonly processors: number;
  /** The most open files and sockets of a process; null if unknown. */
  readonly descriptors: number | null;
  /** The most clients in an accept queue; null if unknown. */
  readonly backlog: number | null;
  /** The memory that its container may use, in bytes; null without a limit, or if unknown. */
  readonly memory: number | null;
}

/** Asks the system. */
export async function readMachine(): Promise<Machine> {
  const [processors, memory, limits] = await Promise.all([
    availableProcessors(),
    memoryLimit(),
    systemLimits(),
  ]);
  return { processors, memory, ...limits };
}
