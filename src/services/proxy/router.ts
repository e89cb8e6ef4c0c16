import { type Address, familyOf, formatAddress } from "../../base/address.ts";
import { usualIp } from "../../base/ip.ts";

const EVERYWHERE: readonly string[] = ["0.0.0.0", "::"];

/** Finds what is set for a listener, by the address to which a client has connected. */
export class Router<T> {
  /** By the address as text; of names and of all interfaces by the port alone. */
  readonly #found = new Map<string, T>();
  #rest: T | null = null;

  /** @param entries By address, each one once; null for all other listeners. */
  constructor(entries: Iterable<readonly [bind: Address | null, found: T]>) {
    for (const [bind, found] of entries) {
      if (bind === null) this.#rest = found;
      else this.#found.set(keyOf(bind), found);
    }
  }

  /**
   * Returns what is set for a listener.
   *
   * @param local The address of the server's side of the connection.
   * @returns null if nothing is.
   */
  find(local: Deno.Addr): T | null {
    if (this.#found.size === 0) return this.#rest;
    if (local.transport !== "tcp") {
      const name = local.transport === "unix" ? `unix:${local.path}` : "";
      return this.#found.get(name) ?? this.#rest;
    }
    const { hostname, port } = local;
    return this.#found.get(ipKey(hostname, port)) ?? this.#found.get(`:${port}`) ?? this.#rest;
  }
}

function keyOf(address: Address): string {
  if (address.transport === "unix") return formatAddress(address);
  const { hostname, port } = address;
  const isOne = familyOf(hostname) !== null && !EVERYWHERE.includes(hostname);
  return isOne ? ipKey(hostname, port) : `:${port}`;
}

function ipKey(hostname: string, port: number): string {
  return `${usualIp(hostname)} ${port}`;
}
