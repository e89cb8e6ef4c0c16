import { EXIT, ExitError } from "../base/exit.ts";
import type { Plan } from "../modes/mode.ts";
import { type Address, formatAddress } from "../base/address.ts";
import type { Settings } from "../settings/options.ts";

/**
 * Checks that what is asked for can be had in the mode.
 *
 * @param addresses Where to listen.
 * @throws {ExitError} 64 if it cannot.
 */
export function validatePlan(
  settings: Settings,
  { place }: Pick<Plan, "place">,
  addresses: readonly Address[],
): void {
  const names = addresses.map(formatAddress);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new ExitError(
      `Cannot listen on "${twice}" twice: found it more than once, expected each address once`,
      EXIT.usage,
    );
  }
  const unix = addresses.find(({ transport }) => transport === "unix");
  if (unix !== undefined && place !== "here") {
    throw new ExitError(
      `Cannot listen on "${formatAddress(unix)}" in --mode ${settings.mode}: ` +
        "found a Unix socket, which several workers cannot share, expected TCP addresses, " +
        "or --mode single or async",
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
