/** The control groups of this process: cgroups(7). */

/** Their list for this process. */
export const CGROUPS = "/proc/self/cgroup";

const MOUNT = "/sys/fs/cgroup";

/** A folder of a control group, in which the kernel shows its limits as files. */
export interface CgroupFolder {
  readonly path: string;
  /** 2 if all controllers share one hierarchy. */
  readonly version: 1 | 2;
}

/**
 * The folders with the limits of a controller, such as `memory`, for a process: those of its
 * cgroups, and of their ancestors before them. They may not exist: a container sees its own
 * cgroup as the root, while /proc may show its path on the host.
 *
 * @param cgroups The text of the process's /proc/self/cgroup.
 */
export function cgroupFolders(cgroups: string, controller: string): readonly CgroupFolder[] {
  return cgroups.split("\n").flatMap((line) => {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === "") return [];
    if (controllers === "") {
      return foldersUpward(MOUNT, path).map((path): CgroupFolder => ({ path, version: 2 }));
    }
    if (!controllers.split(",").includes(controller)) return [];
    const mounts = new Set([`${MOUNT}/${controller}`, `${MOUNT}/${controllers}`]);
    return [...mounts].flatMap((mount) => foldersUpward(mount, path))
      .map((path): CgroupFolder => ({ path, version: 1 }));
  });
}

/** The folder of a path below a mount, and its parents up to the mount. */
function foldersUpward(mount: string, path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  // A cgroup outside this process's namespace; only the root is visible.
  if (names.includes("..")) return [mount];
  return [...names.keys(), names.length].map((count) =>
    [mount, ...names.slice(0, count)].join("/")
  );
}
