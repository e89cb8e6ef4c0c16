import { until } from "./until.ts";

/** A mark in the environment, by which a process and all that it starts can be found. */
export interface Mark {
  readonly env: Record<string, string>;
  /** The processes that have it and are alive. */
  processes(): readonly number[];
  /** Waits until none has it. */
  allGone(): Promise<void>;
}

/** Makes a mark that no other process has. */
export function makeMark(): Mark {
  const [name, value] = ["TEST_MARK", crypto.randomUUID()];
  // A process that has ended and that nobody has waited for has no environment any more.
  const isMarked = (pid: string) => readText(`/proc/${pid}/environ`).includes(`${name}=${value}`);
  const processes = () =>
    [...Deno.readDirSync("/proc")].map((entry) => entry.name)
      .filter((entry) => /^\d+$/.test(entry) && isMarked(entry)).map(Number);
  return {
    env: { [name]: value },
    processes,
    async allGone() {
      await until("no process is left", () => processes().length === 0);
    },
  };
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch { // It has ended, or is another user's.
    return "";
  }
}
