/** Finds the configuration of the runtime that holds for an app. */
import { parse } from "@std/jsonc";
import { dirname, join } from "node:path";
import { isGranted } from "./permissions.ts";

const CONFIGURATIONS = ["deno.json", "deno.jsonc", "package.json"] as const;
const LOCK = "deno.lock";

/**
 * The nearest folder with a configuration of the runtime or of npm, from a folder
 * upwards; null if there is none.
 *
 * @param folder An absolute path.
 */
export function configurationFolder(folder: string): string | null {
  return nearest(folder, (one) => configurationsIn(one).length > 0);
}

/** The absolute paths of the files in a folder that configure the runtime or npm. */
export function configurationsIn(folder: string): string[] {
  return CONFIGURATIONS.map((name) => join(folder, name)).filter(isFile);
}

/**
 * Whether a lock file holds for a module: one in its folder or further up, or wherever
 * its configuration says.
 *
 * @param path The absolute path of the module.
 */
export function hasLockFile(path: string): boolean {
  const folder = dirname(path);
  if (nearest(folder, (one) => isFile(join(one, LOCK))) !== null) return true;
  const configuration = configurationFolder(folder);
  return configuration !== null &&
    CONFIGURATIONS.some((name) => namesLock(join(configuration, name)));
}

function nearest(folder: string, matches: (folder: string) => boolean): string | null {
  for (let one = folder;; one = dirname(one)) {
    if (matches(one)) return one;
    if (dirname(one) === one) return null;
  }
}

/** Whether a configuration gives its lock file a name. The runtime reports what is wrong in it. */
function namesLock(path: string): boolean {
  try {
    const configuration = parse(Deno.readTextFileSync(path));
    const lock = typeof configuration === "object" && configuration !== null &&
      "lock" in configuration && configuration.lock;
    return typeof lock === "string" || typeof lock === "object" && lock !== null && "path" in lock;
  } catch {
    return false;
  }
}

/** Whether there is a file that may be read. */
export function isFile(path: string): boolean {
  try {
    // On a terminal, the runtime would ask for the permission.
    if (!isGranted({ name: "read", path })) return false;
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
