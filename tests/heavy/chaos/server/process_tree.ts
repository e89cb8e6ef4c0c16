/** What a server uses of the system, all of its processes together. */
import { childrenOf, descriptorsOf, memoryOf, threadsOf } from "../../../helpers/process.ts";

/** What a server uses at a moment. */
export interface Usage {
  readonly processes: number;
  readonly descriptors: number;
  readonly threads: number;
  /** Resident memory in bytes. */
  readonly memory: number;
}

/** Reads what a process and its children use; null if one of them ends meanwhile. */
export function usageOf(pid: number): Usage | null {
  try {
    const pids = [pid, ...childrenOf(pid)];
    const sum = (read: (pid: number) => number) => pids.reduce((all, one) => all + read(one), 0);
    return {
      processes: pids.length,
      descriptors: sum(descriptorsOf),
      threads: sum(threadsOf),
      memory: sum(memoryOf),
    };
  } catch {
    return null;
  }
}
