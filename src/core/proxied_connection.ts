import { Connection } from "./connection.ts";
import type { ConnectionSummary } from "./event.ts";
import type { Ends } from "./socket.ts";

/** A connection from a proxy, which introduces its client by a header of the PROXY protocol. */
export class ProxiedConnection extends Connection {
  /** The ends of the client's connection to the proxy; null until and unless they are known. */
  #ends: Ends | null = null;
  #headerLength = 0;

  override get remoteAddr(): Deno.Addr {
    return this.#ends?.remoteAddr ?? super.remoteAddr;
  }

  override get localAddr(): Deno.Addr {
    return this.#ends?.localAddr ?? super.localAddr;
  }

  /** The proxy, once it has introduced its client; undefined if it speaks for itself. */
  get proxyAddr(): Deno.Addr | undefined {
    return this.#ends === null ? undefined : super.remoteAddr;
  }

  /**
   * Consumes the header.
   *
   * @param length Its bytes, which have arrived.
   * @param ends What the addresses of this connection are from now on; null leaves them.
   */
  introduce(length: number, ends: Ends | null): void {
    this.skip(length);
    this.#headerLength = length;
    this.#ends = ends;
  }

  /** The header does not count as sent by the client. */
  override release(error: Error | null): ConnectionSummary {
    const summary = super.release(error);
    const bytesIn = summary.bytesIn - this.#headerLength;
    return { ...summary, bytesIn, proxyAddr: this.proxyAddr };
  }
}
