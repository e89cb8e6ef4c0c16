import { parseIp } from "../base/ip.ts";
import { isInNetwork, type Network, parseNetwork, UNIX_PEERS } from "../base/network.ts";

/** The peers that are believed what they say about their clients. */
export class TrustedPeers {
  readonly #networks: readonly Network[];
  readonly #isUnixTrusted: boolean;

  /** @param names Networks in CIDR notation, and {@linkcode UNIX_PEERS}. */
  constructor(names: readonly string[]) {
    this.#networks = names.map(parseNetwork).filter((network) => network !== null);
    this.#isUnixTrusted = names.includes(UNIX_PEERS);
  }

  has(peer: Deno.Addr): boolean {
    if (peer.transport === "unix") return this.#isUnixTrusted;
    const address = peer.transport === "tcp" ? parseIp(peer.hostname) : null;
    return address !== null && this.#networks.some((network) => isInNetwork(address, network));
  }
}
