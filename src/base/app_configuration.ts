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
 * Whether a lock file holds for a module: one beside its configuration or that of its
 * workspace, or wherever these say.
 *
 * @param path The absolute path of the module.
 */
export function hasLockFile(path: string): boolean {
  const own = configurationFolder(dirname(path));
  if (own === null) return false;
  const above = nearest(dirname(own), isWorkspace);
  return hasLock(own) || above !== null && hasLock(above);
}

function nearest(folder: string, matches: (folder: string) => boolean): string | null {
  for (let one = folder;; one = dirname(one)) {
    if (matches(one)) return one;
    if (dirname(one) === one) return null;
  }
}

function isWorkspace(folder: string): boolean {
  return readConfigurations(folder).some((one) => "workspace" in one || "workspaces" in one);
}

function hasLock(folder: string): boolean {
  return isFile(join(folder, LOCK)) || readConfigurations(folder).some(namesLock);
}

/** Whether a configuration gives its lock file a name. */
function namesLock({ lock }: Readonly<Record<string, unknown>>): boolean {
  return typeof lock === "string" || typeof lock === "object" && lock !== null && "path" in lock;
}

/** The configurations in a folder. The runtime reports what is wrong in one that is left out. */
function readConfigurations(folder: string): Readonly<Record<string, unknown>>[] {
  return configurationsIn(folder).flatMap((path) => {
    try {
      const configuration: unknown = parse(Deno.readTextFileSync(path));
      const isObject = typeof configuration === "object" && configuration !== null;
      return isObject ? [configuration as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
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
