import { loadSettings } from "../../src/settings/load.ts";
import type { Settings } from "../../src/settings/options.ts";

/** The default settings, with some of them replaced. */
export async function settingsWith(given: Partial<Settings> = {}): Promise<Settings> {
  const { settings } = await loadSettings({
    flags: {},
    environment: {},
    readFile: (path) => Promise.reject(new Error(`Cannot read ${path}: no file is named`)),
    cwd: "/srv",
  });
  return { ...settings, ...given };
}
