/** The settings that a user gives, as flags that mean the same everywhere. */
import { EXIT, ExitError } from "../../base/exit.ts";
import type { Loaded } from "../../settings/load.ts";
import { flagName } from "../../settings/option.ts";
import { OPTION_KEYS, optionOf } from "../../settings/options.ts";
import { hasSecret, isUnset } from "../../settings/written_value.ts";

/**
 * The flags for the settings that flags, arguments and the environment give, with absolute paths.
 * Those of the configuration file stay there, and can be changed there.
 *
 * @throws {ExitError} 64 if one holds a secret, which every user of the machine could read.
 */
export function givenFlags({ settings, sources }: Loaded): readonly string[] {
  return OPTION_KEYS.flatMap((key): string[] => {
    const { from, detail } = sources[key];
    const value: unknown = settings[key];
    if (from === "default" || from === "file" || isUnset(value)) return [];
    const option = optionOf(key);
    if (hasSecret(option, value)) {
      throw new ExitError(
        `Cannot install ${detail} with a secret: every user of the machine could read it, ` +
          "expected it in a file of --config that only the service may read",
        EXIT.usage,
      );
    }
    if (option.type === "flag") {
      return [value === true ? flagName(key) : `--no-${flagName(key).slice(2)}`];
    }
    const text = option.format(value as NonNullable<unknown>);
    return [text].flat().map((one) => `${flagName(key)}=${one}`);
  });
}
