/** Where the files of a run are: on a small file system of its own, if possible. */

/** The size of the file system: the logs of some minutes fit. */
const SIZE = "64m";

/** A folder for the files of a server. */
export interface Place extends AsyncDisposable {
  /** The folder, as the server knows it. */
  readonly inside: string;
  /** The same folder, as this process knows it. */
  readonly outside: string;
  /** Whether it has a file system of its own, which can be full. */
  readonly isSmall: boolean;
  /** Makes a command run where the folder is. */
  command(command: readonly string[]): readonly string[];
}

/**
 * Makes a folder. With the rights of root, it is a file system in memory which only
 * the server sees: it is gone with the last process that sees it.
 *
 * @param seconds How long it is needed, at most.
 */
export async function makePlace(seconds: number): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "chaos-" });
  const holder = await holdMount(folder, seconds);
  return {
    inside: folder,
    outside: holder === null ? folder : `/proc/${holder.pid}/root${folder}`,
    isSmall: holder !== null,
    command: (command) =>
      holder === null ? command : ["nsenter", `--target=${holder.pid}`, "--mount", ...command],
    async [Symbol.asyncDispose]() {
      if (holder !== null) {
        holder.kill("SIGKILL");
        await holder.status;
      }
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A process that keeps the file system; null if this system does not allow it. */
async function holdMount(folder: string, seconds: number): Promise<Deno.ChildProcess | null> {
  const script = `mount -t tmpfs -o size=${SIZE} chaos "$0" && echo mounted && exec sleep "$1"`;
  const holder = new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", script, folder, String(Math.ceil(seconds))],
    ...{ stdin: "null", stdout: "piped", stderr: "null" },
  });
  try {
    const child = holder.spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    if (value !== undefined) return child;
    await child.status;
  } catch { // There is no unshare(1).
  }
  return null;
}
