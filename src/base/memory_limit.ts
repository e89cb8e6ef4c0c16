/** The memory that the system allows this process, and what it does to those that want more. */
import { cgroupFolders, CGROUPS } from "./cgroups.ts";
import { readSystemFiles } from "./system_limits.ts";

/** The file with the limit of a cgroup, and the one that counts its kills, by the version of cgroups. */
const LIMIT = { 1: "memory.limit_in_bytes", 2: "memory.max" } as const;
const KILLS = { 1: "memory.oom_control", 2: "memory.events" } as const;

/**
 * The most memory that this process and all that share its cgroup may use, in bytes: the least of
 * the limits of its cgroup and their ancestors, as a container has one.
 *
 * @returns null without a limit below the memory of the machine, and where the system does not tell.
 */
export async function memoryLimit(): Promise<number | null> {
  const texts = await readFiles(LIMIT);
  const limit = Math.min(...texts.map((text) => parseLimit(text) ?? Infinity));
  return limit < machineMemory() ? limit : null;
}

/**
 * Reads a limit in bytes, such as `314572800`.
 *
 * @returns null without a limit, as in `max` (cgroup v2). In v1 that is a number beyond all memory.
 */
export function parseLimit(text: string): number | null {
  return /^\d+\s*$/.test(text) ? Number(text) : null;
}

/**
 * How many processes the system has killed so far because the memory of this process's cgroup was
 * used up; 0 where it does not tell.
 */
export async function outOfMemoryKills(): Promise<number> {
  // Its own cgroup is last; a kill counts in its ancestors (v2), too.
  const text = (await readFiles(KILLS)).at(-1) ?? "";
  return parseKills(text);
}

/** Reads the count in `memory.events` (cgroup v2) or `memory.oom_control` (v1). */
export function parseKills(text: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** The texts of a file in this process's memory cgroup and its ancestors, its own last. */
async function readFiles(name: Readonly<Record<1 | 2, string>>): Promise<string[]> {
  if (Deno.build.os !== "linux") return [];
  const cgroups = (await readSystemFiles([CGROUPS])).get(CGROUPS) ?? "";
  const paths = cgroupFolders(cgroups, "memory").map(({ path, version }) =>
    `${path}/${name[version]}`
  );
  if (paths.length === 0) return [];
  const texts = await readSystemFiles(paths);
  return paths.flatMap((path) => texts.get(path) ?? []);
}

/** The memory of the machine in bytes; what no machine has if the system does not tell. */
function machineMemory(): number {
  try {
    return Deno.systemMemoryInfo().total;
  } catch { // No permission.
    return 2 ** 53;
  }
}
