import { dirname } from "node:path";
import { flagName, type OptionKey, type Settings } from "../../../settings/options.ts";
import { error } from "../finding.ts";
import type { Rule } from "./rule.ts";

/** The options that name what the server writes to, and whether that is a folder. */
const WRITTEN: readonly (readonly [OptionKey, isFolder: boolean])[] = [
  ["stateDir", true],
  ["logFile", false],
  ["accessLog", false],
  ["pidFile", false],
  ["statusFile", false],
];

/** Where the server writes, it must be allowed to. */
export const writablePaths: Rule = function* ({ servers }) {
  for (const { what, spot, settings, writable } of servers) {
    if (writable === null) continue;
    for (const [key, isFolder] of WRITTEN) {
      const path = pathOf(settings, key);
      if (path === null) continue;
      const folder = isFolder ? path : dirname(path);
      if (writable.folders.some((one) => isWithin(folder, one))) continue;
      yield error(
        spot,
        `The ${what} writes to ${
          flagName(key)
        } ${path}, which ${writable.reason} forbids: expected ` +
          (writable.folders.length === 0
            ? "a volume there"
            : `a path in ${writable.folders.filter((one) => one !== "/dev").join(" or ")}`),
      );
    }
  }
};

function pathOf(settings: Settings, key: OptionKey): string | null {
  const value = settings[key];
  return typeof value === "string" && value.startsWith("/") ? value : null;
}

function isWithin(path: string, folder: string): boolean {
  const base = folder.replace(/\/+$/, "");
  return path === base || path.startsWith(`${base}/`);
}
