/** Settings from the environment. */
import { EXIT, ExitError } from "../base/exit.ts";
import { type Found, RANK } from "./found.ts";
import { nearest } from "./nearest.ts";
import { envName, OPTION_KEYS, type OptionKey, optionOf } from "./options.ts";

/** The environment by name, as `Deno.env.toObject()` returns it. */
export type Environment = Readonly<Record<string, string>>;

/**
 * Names and values of the variables with which Kubernetes and Docker announce a
 * service named "sluice" to containers. They are not settings.
 */
const SERVICE_LINK =
  /^SLUICE_(?:NAME|SERVICE_(?:HOST|PORT(?:_.+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_.+)?)$/;
const SERVICE_LINK_VALUE = /^(?:tcp|udp|sctp):\/\//;

/**
 * Finds the settings of an environment. Blank values count as not set.
 *
 * @param folder The absolute folder that relative paths start from.
 * @throws {ExitError} 78 for an unknown name that begins with SLUICE_.
 */
export async function readEnvironment(
  environment: Environment,
  folder: string,
): Promise<Map<OptionKey, Found>> {
  const known = new Map<string, OptionKey>();
  const found = new Map<OptionKey, Found>();
  for (const key of OPTION_KEYS) {
    const own = envName(key);
    known.set(own, key);
    for (const name of [own, ...optionOf(key).env]) {
      const value = environment[name]?.trim() ?? "";
      if (value === "" || SERVICE_LINK_VALUE.test(value)) continue;
      found.set(key, {
        key,
        value,
        name,
        where: "",
        folder,
        source: { from: "environment", detail: name },
        rank: name === own ? RANK.environment : RANK.sharedEnvironment,
        exitCode: EXIT.config,
      });
      break;
    }
  }
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("SLUICE_") || known.has(name)) continue;
    if (SERVICE_LINK.test(name)) continue;
    const hint = await nearest(name, [...known.keys()]);
    throw new ExitError(
      `Cannot use ${name} in the environment: unknown name, ` +
        (hint === null ? "see --help" : `did you mean ${hint}?`),
      EXIT.config,
    );
  }
  return found;
}
