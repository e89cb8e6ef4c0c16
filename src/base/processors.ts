/** The number of processors that this process may use. */
import { cgroupFolders, CGROUPS } from "./cgroups.ts";
import { readSystemFiles } from "./system_limits.ts";

const STATUS = "/proc/self/status";
/** The files with the quota of a cgroup, by the version of cgroups. */
const QUOTA = { 1: ["cpu.cfs_quota_us", "cpu.cfs_period_us"], 2: ["cpu.max"] } as const;

/**
 * The number of processors that this process may use: those it is pinned to, or
 * the CPU quota of its cgroup or a parent cgroup, rounded up, if that is less.
 */
export async function availableProcessors(): Promise<number> {
  const own = await readSystemFiles([STATUS, CGROUPS]);
  const [, list = ""] = /^Cpus_allowed_list:\s*(\S+)/m.exec(own.get(STATUS) ?? "") ?? [];
  const pinned = parseCpuList(list) ?? navigator.hardwareConcurrency;
  const quotas = quotaFiles(own.get(CGROUPS) ?? "");
  const files = await readSystemFiles(quotas.flat());
  const allowed = quotas.map((paths) =>
    parseQuota(paths.map((path) => files.get(path) ?? "").join(" ")) ?? Infinity
  );
  return Math.max(1, Math.min(pinned, ...allowed.map(Math.ceil)));
}

/**
 * Counts the processors in a kernel CPU list, such as `0-3,8`.
 *
 * @returns The number; null if the text is not such a list.
 */
export function parseCpuList(text: string): number | null {
  let count = 0;
  for (const part of text.trim().split(",")) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) return null;
    const [, first, last = first] = match;
    count += Number(last) - Number(first) + 1;
  }
  return count;
}

/**
 * Reads a quota and its period in microseconds, such as `150000 100000`.
 *
 * @returns The equivalent in processors, here 1.5; null without a quota, as in
 * `max 100000` (cgroup v2) and `-1 100000` (v1).
 */
export function parseQuota(text: string): number | null {
  const match = /^(\d+)\s+(\d+)\s*$/.exec(text);
  if (match === null || Number(match[2]) === 0) return null;
  return Number(match[1]) / Number(match[2]);
}

/**
 * The files with the CPU quotas of a process, given its /proc/self/cgroup: one file
 * (v2) or two (v1) for each of its cgroups and their ancestors, which may not exist.
 */
export function quotaFiles(cgroups: string): readonly (readonly string[])[] {
  return cgroupFolders(cgroups, "cpu").map(({ path, version }) =>
    QUOTA[version].map((name) => `${path}/${name}`)
  );
}
