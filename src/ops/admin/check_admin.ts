import { type Address, expandLocalhost, formatAddress } from "../../base/address.ts";
import { EXIT, ExitError } from "../../base/exit.ts";
import type { Settings } from "../../settings/options.ts";
import { isLoopback } from "./cross_site.ts";

/**
 * Checks the settings of the admin port.
 *
 * @param addresses Those of the server.
 * @throws {ExitError} 64 if it would be open to others without a token, is at an address of the
 * server, or there is a token without a port.
 */
export function checkAdmin(
  { admin, adminTokenFile }: Pick<Settings, "admin" | "adminTokenFile">,
  addresses: readonly Address[],
): void {
  if (admin === null) {
    if (adminTokenFile === null) return;
    throw new ExitError(
      "Cannot use --admin-token-file without --admin: expected the address of the admin port",
      EXIT.usage,
    );
  }
  const name = `--admin ${formatAddress(admin)}`;
  const isLocal = admin.transport === "unix" || isLoopback(admin.hostname);
  if (!isLocal && adminTokenFile === null) {
    throw new ExitError(
      `Cannot use ${name} without a token: others can reach this address, expected ` +
        "--admin-token-file, or an address such as 127.0.0.1:9900",
      EXIT.usage,
    );
  }
  const taken = addresses.find((address) => collide(address, admin));
  if (taken !== undefined) {
    throw new ExitError(
      `Cannot use ${name}: the server listens on ${formatAddress(taken)}, expected another address`,
      EXIT.usage,
    );
  }
}

function collide(one: Address, other: Address): boolean {
  if (one.transport === "unix" || other.transport === "unix") {
    return one.transport === "unix" && other.transport === "unix" && one.path === other.path;
  }
  if (one.port !== other.port || one.port === 0) return false;
  if (isEverywhere(one.hostname) || isEverywhere(other.hostname)) return true;
  const hosts = expandLocalhost(other).map(hostOf);
  return expandLocalhost(one).some((address) => hosts.includes(hostOf(address)));
}

function hostOf(address: Address): string {
  return address.transport === "tcp" ? address.hostname.toLowerCase() : address.path;
}

function isEverywhere(hostname: string): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}
