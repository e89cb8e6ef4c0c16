/** Control groups with a limit of memory, as a container has one; making them needs root. */
import { until } from "./until.ts";

const MOUNT = "/sys/fs/cgroup";

/** Where memory is limited on this system, and by which files: those of either version of cgroups. */
const VERSIONS = [
  {
    root: `${MOUNT}/memory`,
    limit: "memory.limit_in_bytes",
    /** Without which the limit leads to swapping first; of memory and swap together. */
    swap: "memory.memsw.limit_in_bytes",
    swapLimit: (bytes: number) => bytes,
  },
  { root: MOUNT, limit: "memory.max", swap: "memory.swap.max", swapLimit: () => 0 },
] as const;

/** A control group of its own, removed on dispose, once its processes have ended. */
export class MemoryGroup implements AsyncDisposable {
  readonly #folder: string;

  /** @param folder An existing one. */
  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes a group.
   *
   * @throws {Error} Where that is not possible.
   */
  static make(bytes: number): MemoryGroup {
    for (const { root, limit, swap, swapLimit } of VERSIONS) {
      const folder = `${root}/sluice-test-${crypto.randomUUID()}`;
      try {
        Deno.mkdirSync(folder);
      } catch {
        continue;
      }
      try {
        Deno.writeTextFileSync(`${folder}/${limit}`, String(bytes), { create: false });
        writeIfThere(`${folder}/${swap}`, String(swapLimit(bytes)));
        return new MemoryGroup(folder);
      } catch {
        Deno.removeSync(folder);
      }
    }
    throw new Error("No memory cgroup can be made");
  }

  /** Why none can be made; null if one can. */
  static obstacle(): string | null {
    try {
      Deno.removeSync(MemoryGroup.make(64 * 1024 ** 2).#folder);
      return null;
    } catch {
      return "no memory cgroup can be made";
    }
  }

  /** A command that runs another one in the group. */
  command(command: readonly string[]): readonly string[] {
    return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', `${this.#folder}/cgroup.procs`, ...command];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const processes = `${this.#folder}/cgroup.procs`;
    await until("the group is empty", async () => await Deno.readTextFile(processes) === "");
    await Deno.remove(this.#folder);
  }
}

/** Writes to a file of the kernel, which some do not have. */
function writeIfThere(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text, { create: false });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
