import { type Flags, type Loaded, loadSettings } from "../settings/load.ts";
import type { CommandLine } from "./commands/command.ts";
import { print } from "./print.ts";

/**
 * Loads the settings from flags, environment and configuration file, and acts on them;
 * with `--print-config`, prints them instead.
 *
 * @param act Takes the settings, and a function that loads them again.
 * @returns The exit code.
 * @throws {ExitError} As {@linkcode loadSettings}.
 */
export async function withSettings(
  { flags, actions }: Pick<CommandLine, "actions"> & { readonly flags: Flags },
  act: (loaded: Loaded, reload: () => Promise<Loaded>) => Promise<number>,
): Promise<number> {
  const environment = Deno.env.toObject();
  const cwd = Deno.cwd();
  const load = () =>
    loadSettings({ flags, environment, readFile: (path) => Deno.readTextFile(path), cwd });
  const loaded = await load();
  if (actions.has("printConfig")) {
    const { printConfigText } = await import("./print_config.ts");
    return print(printConfigText(loaded));
  }
  return await act(loaded, load);
}
