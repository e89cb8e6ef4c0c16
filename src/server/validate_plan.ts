import { type Address, expandLocalhost, formatAddress } from "../base/address.ts";
import { EXIT, ExitError } from "../base/exit.ts";
import type { Plan } from "../modes/mode.ts";
import { isProxy } from "../settings/consistency.ts";
import { routeOf } from "../settings/routes.ts";
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

/**
 * Checks that a balancer knows where to send the clients of each listener.
 *
 * @param addresses The addresses to listen on, as in `bind`.
 * @throws {ExitError} 78 if it does not.
 */
export function validateRoutes(settings: Settings, addresses: readonly Address[]): void {
  if (!isProxy(settings)) return;
  const lost = addresses.find((address) => routeOf(settings.routes, address) === null);
  if (lost === undefined) return;
  throw new ExitError(
    `Cannot listen on "${formatAddress(lost)}": no route leads from there to a group, expected ` +
      'one with this bind or without any, or a group named "default"',
    EXIT.config,
  );
}
