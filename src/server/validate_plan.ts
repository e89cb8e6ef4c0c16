import { type Address, expandLocalhost, formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import type { Plan } from "../modes/mode.ts";
import type { Settings } from "../settings/options.ts";

/**
 * Checks that the mode supports the settings.
 *
 * @param addresses The addresses to listen on.
 * @throws {ExitError} 64 if it does not.
 */
export function validatePlan(
  settings: Settings,
  { place }: Pick<Plan, "place">,
  addresses: readonly Address[],
): void {
  const names = addresses.flatMap(expandLocalhost).map(formatAddress);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new ExitError(
      `Cannot listen on "${repeated}" twice: expected each address once`,
      EXIT.usage,
    );
  }
  const unix = addresses.find(({ transport }) => transport === "unix");
  if (unix !== undefined && place !== "here") {
    throw new ExitError(
      `Cannot listen on "${formatAddress(unix)}" in --mode ${settings.mode}: ` +
        "workers cannot share a Unix socket, expected TCP addresses, or --mode single or async",
      EXIT.usage,
    );
  }
  if (settings.sandbox && settings.handler !== null && place !== "thread") {
    throw new ExitError(
      `Cannot sandbox the handler in --mode ${settings.mode}: only threads have permissions of ` +
        "their own, expected --mode threaded or pooled",
      EXIT.usage,
    );
  }
}
