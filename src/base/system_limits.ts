/** What the system allows this process; null where it does not say. */
export interface SystemLimits {
  /** Files and sockets that may be open at a time (RLIMIT_NOFILE, the soft limit). */
  readonly descriptors: number | null;
  /** The longest queue of a listening socket (net.core.somaxconn). */
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
 * Reads text files of /proc and /sys. What they say of "self" must be true of a
 * child as well.
 *
 * @returns The text of each file by its path; a file that cannot be read is not
 * in it.
 */
export async function readSystemFiles(
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    try {
      texts.set(path, Deno.readTextFileSync(path));
    } catch (error) {
      // Deno opens /proc and /sys only to a process that may do everything. A
      // child has the same limits, and this one may do nothing but read.
      if (error instanceof Deno.errors.NotCapable) return await readInChild(paths);
    }
  }
  return texts;
}

async function readInChild(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  try {
    // Unlike cat, grep says of each line which file it is from. It does so for
    // two files or more, hence the empty one.
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
