import { formatAddress } from "../../../base/address.ts";
import { usualIp } from "../../../base/ip.ts";
import type { Hop } from "../../../http/forwarding/forwarding_fields.ts";
import { TrustedClients } from "../../../http/forwarding/trusted_clients.ts";

/** The most hops that are remembered. */
const MOST = 1024;

/** What backends are told about the peers of a lane; the same for all requests of a peer. */
export class Hops {
  readonly #clients: TrustedClients;
  readonly #known = new Map<string, Hop>();

  /** @param trustedProxies The peers that are believed, as for TrustedPeers. */
  constructor(trustedProxies: readonly string[]) {
    this.#clients = new TrustedClients(trustedProxies);
  }

  /**
   * @param peer The other end of the connection.
   * @param local This end.
   */
  of(peer: Deno.Addr, local: Deno.Addr): Hop {
    const hostname = peer.transport === "tcp" ? peer.hostname : null;
    const localPort = local.transport === "tcp" ? local.port : null;
    const key = `${hostname} ${local.transport === "tcp" ? local.hostname : ""} ${localPort}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const hop: Hop = {
      peer: hostname === null ? null : usualIp(hostname),
      isTrusted: this.#clients.trusts(peer),
      trusts: this.#clients.isTrusted,
      localPort,
      localHost: local.transport === "tcp" ? hostOf(local) : "localhost",
      scheme: "http",
    };
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(key, hop);
    return hop;
  }
}

function hostOf({ hostname, port }: Deno.NetAddr): string {
  return formatAddress({ transport: "tcp", hostname, port });
}
