/** The system's limits for this process; null if unknown. */
export interface SystemLimits {
  /** The most open files and sockets (RLIMIT_NOFILE, the soft limit). */
  readonly descriptors: number | null;
  /** The longest accept queue of a listening socket (net.core.somaxconn). */
  readonly backlog: number | null;
}

const LIMITS = "/proc/self/limits";
const SOMAXCONN = "/proc/sys/net/core/somaxconn";

/** Reads the limits of this process. */
export async function systemLimits(): Promise<SystemLimits> {
  const files = await readSystemFiles([LIMITS, SOMAXCONN]);
  const descriptors = /^Max open files\s+(\d+)/m.exec(files.get(LIMITS) ?? "");
  const backlog = /^\d+/.exec(files.get(SOMAXCONN) ?? "");
  return {
    descriptors: descriptors === null ? null : Number(descriptors[1]),
    backlog: backlog === null ? null : Number(backlog[0]),
  };
}

/**
 * Reads text files of /proc and /sys. Reads those of "self" only if they are the
 * same for a child process.
 *
 * @returns The text of each file by its path, without files that cannot be read.
 */
export async function readSystemFiles(
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    try {
      texts.set(path, Deno.readTextFileSync(path));
    } catch (error) {
      // Deno opens /proc and /sys only with `--allow-all`. A child has the same
      // limits, and this one does nothing but read.
      if (error instanceof Deno.errors.NotCapable) return await readInChild(paths);
    }
  }
  return texts;
}

async function readInChild(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  try {
    // Unlike cat, grep shows which file a line is from. It does so for two files
    // or more, hence the empty one.
    const args = ["-s", "", "/dev/null", ...paths];
    const { stdout } = await new Deno.Command("grep", { args, stdin: "null" }).output();
    for (const line of new TextDecoder().decode(stdout).split("\n")) {
      const path = paths.find((path) => line.startsWith(`${path}:`));
      if (path === undefined) continue;
      texts.set(path, `${texts.get(path) ?? ""}${line.slice(path.length + 1)}\n`);
    }
  } catch {
    return texts;
  }
  return texts;
}
