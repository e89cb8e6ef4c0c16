import { EXIT, ExitError } from "../base/exit.ts";
import { demand } from "../base/permissions.ts";
import { readTextFile } from "../base/read_text_file.ts";
import type { Environment } from "../settings/environment.ts";
import { type Flags, type Loaded, loadSettings } from "../settings/load.ts";
import { envName, OPTION_KEYS, optionOf } from "../settings/options.ts";
import type { CommandLine } from "./commands/command.ts";
import { print } from "./print.ts";

/**
 * Loads the settings from the command line, environment and configuration file, and acts on them;
 * with `--print-config`, prints them instead.
 *
 * @param act Takes the settings, and a function that loads them again.
 * @param first Loads the settings for the first time.
 * @returns The exit code.
 * @throws {ExitError} As {@linkcode loadSettings}.
 */
export async function withSettings(
  line: Pick<CommandLine, "actions" | "targets"> & { readonly flags: Flags },
  act: (loaded: Loaded, reload: () => Promise<Loaded>) => Promise<number>,
  first = (load: () => Promise<Loaded>): Promise<Loaded> => load(),
): Promise<number> {
  const environment = readEnvironment();
  const cwd = Deno.cwd();
  const { flags, targets, actions } = line;
  const load = () => loadSettings({ flags, targets, environment, readFile: readTextFile, cwd });
  const loaded = await first(load);
  if (actions.has("printConfig")) {
    const { printConfigText } = await import("./print_config.ts");
    return print(printConfigText(loaded));
  }
  return await act(loaded, load);
}

/**
 * The whole environment.
 *
 * @throws {ExitError} 77 without permission, 78 if a setting is not UTF-8: the runtime would leave it out.
 */
function readEnvironment(): Environment {
  demand({ name: "env" }, "read the environment");
  for (const key of OPTION_KEYS) {
    for (const name of [envName(key), ...optionOf(key).env]) {
      try {
        Deno.env.get(name);
      } catch (error) {
        if (!(error instanceof Deno.errors.InvalidData)) throw error;
        throw new ExitError(
          `Cannot use ${name} in the environment: found invalid bytes, expected text in UTF-8`,
          EXIT.config,
        );
      }
    }
  }
  return Deno.env.toObject();
}
