import { until } from "./until.ts";

/** An environment variable that identifies a process and all its descendants. */
export interface Mark {
  readonly env: Record<string, string>;
  /** Ids of the live processes that carry the mark. */
  processes(): readonly number[];
  /** Waits until no live process carries it. */
  allGone(): Promise<void>;
}

/** Makes a unique mark. */
export function makeMark(): Mark {
  const [name, value] = ["TEST_MARK", crypto.randomUUID()];
  // A zombie's environment is empty, so it does not count.
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
  } catch { // The process has exited, or belongs to another user.
    return "";
  }
}
