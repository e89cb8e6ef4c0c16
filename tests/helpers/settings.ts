import { loadSettings } from "../../src/settings/load.ts";
import type { Settings } from "../../src/settings/options.ts";

/** The settings of a server that is told nothing, or only some of them. */
export async function settingsWith(given: Partial<Settings> = {}): Promise<Settings> {
  const { settings } = await loadSettings({
    flags: {},
    environment: {},
    readFile: (path) => Promise.reject(new Error(`Cannot read ${path}: no file is named`)),
    cwd: "/srv",
  });
  return { ...settings, ...given };
}
