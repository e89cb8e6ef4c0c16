import { isGranted } from "./permissions.ts";

/** The system's limits for this process; null if unknown. */
export interface SystemLimits {
  /** Maximum number of open files and sockets (RLIMIT_NOFILE, the soft limit). */
  readonly descriptors: number | null;
  /** Maximum length of a listening socket's accept queue (net.core.somaxconn). */
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
 * Reads text files of /proc and /sys. A child process may read them, so files under
 * /proc/self must have the same content for a child.
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
      // Deno opens /proc and /sys only with `--allow-all`. A child inherits the
      // limits, and this one only reads.
      if (error instanceof Deno.errors.NotCapable) return await readInChild(paths);
    }
  }
  return texts;
}

async function readInChild(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  if (!isGranted({ name: "run" })) return texts;
  try {
    // Unlike cat, grep prefixes each line with its file. It does so only for two
    // files or more, hence /dev/null.
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
