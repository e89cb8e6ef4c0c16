/** Loading of settings in which a configuration file has groups and routes. */
import { assertEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../src/base/exit.ts";
import { type Flags, loadSettings } from "../../src/settings/load.ts";

/** What settings are loaded from, in /etc/sluice. */
export interface Given {
  flags?: Flags;
  environment?: Record<string, string>;
  /** The text of the configuration file. */
  file?: string;
  /** Its name. */
  name?: string;
}

/** The settings. */
export async function load({ flags = {}, environment = {}, file, name = "s.toml" }: Given) {
  const { settings } = await loadSettings({
    flags,
    environment: { ...environment, ...file === undefined ? {} : { SLUICE_CONFIG: name } },
    readFile: () => Promise.resolve(file ?? ""),
    cwd: "/etc/sluice",
  });
  return settings;
}

/** Checks that settings are refused with a message and a code. */
export async function refuses(given: Given, message: string, code = 78) {
  const error: ExitError = await assertRejects(() => load(given), ExitError);
  assertEquals([error.message, error.exitCode], [message, code]);
}

/** A file of a balancer, with these lines. */
export function balancer(...lines: readonly string[]): Given {
  return { file: ['service = "proxy"', ...lines].join("\n") };
}
