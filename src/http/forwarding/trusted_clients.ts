import { TrustedPeers } from "../../core/trusted_peers.ts";
import type { Field } from "../message.ts";
import { realClient } from "./believed.ts";

/** The clients of trusted proxies, which tell their addresses in the fields of each request. */
export class TrustedClients {
  readonly #proxies: TrustedPeers;

  /** @param names Those of the proxies, for {@linkcode TrustedPeers}. */
  constructor(names: readonly string[]) {
    this.#proxies = new TrustedPeers(names);
  }

  /** Whether the peer of a connection is believed who its clients are. */
  trusts(peer: Deno.Addr): boolean {
    return this.#proxies.has(peer);
  }

  /** Whether the address of an entry of X-Forwarded-For or Forwarded is that of a trusted proxy. */
  readonly isTrusted = (ip: string): boolean => this.#proxies.has(addrOf(ip));

  /**
   * The address of the client of a request, as the fields tell it.
   *
   * @param fields With names in lower case.
   * @param peer A trusted one, which is its own client if the fields tell nothing.
   * @returns With the port 0 unless it is the peer.
   */
  find(fields: readonly Field[], peer: Deno.Addr): Deno.Addr {
    const ip = realClient(fields, this.isTrusted);
    return ip === null ? peer : addrOf(ip);
  }
}

function addrOf(hostname: string): Deno.NetAddr {
  return { transport: "tcp", hostname, port: 0 };
}
