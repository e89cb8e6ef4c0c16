import { type Address, familyOf, formatAddress } from "../../base/address.ts";
import { formatIp, parseIp } from "../../base/ip.ts";
import type { Route } from "../../settings/balancer.ts";

const EVERYWHERE: readonly string[] = ["0.0.0.0", "::"];

/** Finds the group of a client by the address to which it has connected. */
export class Router {
  /** By the address as text; of names and of all interfaces by the port alone. */
  readonly #groups = new Map<string, string>();
  readonly #rest: string | null;

  constructor(routes: readonly Route[]) {
    for (const { bind, group } of routes) {
      if (bind !== null) this.#groups.set(keyOf(bind), group);
    }
    this.#rest = routes.find(({ bind }) => bind === null)?.group ?? null;
  }

  /**
   * Returns the name of the group.
   *
   * @param local The address of the server's side of the connection.
   * @returns null if no route leads from there.
   */
  groupFor(local: Deno.Addr): string | null {
    if (this.#groups.size === 0) return this.#rest;
    if (local.transport !== "tcp") {
      const name = local.transport === "unix" ? `unix:${local.path}` : "";
      return this.#groups.get(name) ?? this.#rest;
    }
    const { hostname, port } = local;
    return this.#groups.get(ipKey(hostname, port)) ?? this.#groups.get(`:${port}`) ?? this.#rest;
  }
}

function keyOf(address: Address): string {
  if (address.transport === "unix") return formatAddress(address);
  const { hostname, port } = address;
  const isOne = familyOf(hostname) !== null && !EVERYWHERE.includes(hostname);
  return isOne ? ipKey(hostname, port) : `:${port}`;
}

/** The same for all ways to write an address of IPv6, and for one that stands for one of IPv4. */
function ipKey(hostname: string, port: number): string {
  const ip = hostname.includes(":") ? parseIp(hostname) : null;
  return `${ip === null ? hostname : formatIp(ip)} ${port}`;
}
