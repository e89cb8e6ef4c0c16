import type { Clock, Timed } from "./deadlines.ts";
import { PeerError } from "./errors.ts";
import type { Emit, EndedBy } from "./event.ts";
import { DRAIN_QUIET } from "./phase_timeouts.ts";
import type { ProxiedConnection } from "./proxied_connection.ts";
import { type ProxyHeader, ProxyHeaderError } from "./proxy_protocol/header.ts";
import { parseProxyHeader } from "./proxy_protocol/parse.ts";
import { addressKey, type Lease } from "./resources.ts";
import type { Service } from "./service.ts";
import type { Ends } from "./socket.ts";
import { TrustedPeers } from "./trusted_peers.ts";

/**
 * How long a proxy has for the header, in milliseconds: as little as the specification
 * recommends, which is time for one segment to be sent again.
 */
const HEADER_TIMEOUT = 3000;

/** What {@linkcode Introductions} are made of. */
export interface IntroductionsOptions {
  /** The names of the trusted proxies, for {@linkcode TrustedPeers}. */
  readonly trusted: readonly string[];
  /** The message to clients whose address has its most connections; null closes without one. */
  readonly refusal: string | null;
  readonly emit: Emit;
}

/**
 * Lets trusted proxies introduce their clients: each connection begins with a header of the
 * PROXY protocol, and is served as if its client had connected itself. Whether there is a
 * header is never guessed: a client that could choose would choose its address.
 */
export class Introductions {
  readonly #trusted: TrustedPeers;
  readonly #refusal: string | null;
  readonly #emit: Emit;

  constructor({ trusted, refusal, emit }: IntroductionsOptions) {
    this.#trusted = new TrustedPeers(trusted);
    this.#refusal = refusal;
    this.#emit = emit;
  }

  /** Whether the peer of a socket may introduce clients; nobody else may connect. */
  trusts({ remoteAddr }: Ends): boolean {
    return this.#trusted.has(remoteAddr);
  }

  /**
   * Reads the header, then serves its client.
   *
   * @param lease Counts for no address yet; from the header on for that of the client.
   * @throws {PeerError} If the header is invalid, or the client has too many connections.
   */
  serve(connection: ProxiedConnection, lease: Lease, service: Service): Promise<void> {
    // Not an async function: suspended while the service runs, it would hold half a kilobyte.
    return this.#introduce(connection, lease).then((isIntroduced) =>
      isIntroduced ? service(connection) : undefined
    );
  }

  /** Returns false if the proxy has left without a word: it has only checked the port. */
  async #introduce(connection: ProxiedConnection, lease: Lease): Promise<boolean> {
    const deadline = new HeaderDeadline(connection, () => {
      const { length } = connection.pending;
      this.#report(connection, `found ${length} bytes of a header after 3 s, expected all of it`);
    });
    const header = await this.#read(connection);
    deadline.lift();
    if (header === null) return false;
    connection.introduce(header.length, header.ends);
    this.#emit({ type: "introduced", connection });
    if (lease.identify(addressKey(connection.remoteAddr))) return true;
    const { remoteAddr } = connection;
    this.#emit({ type: "refused", remoteAddr, reason: "address", detail: null });
    throw new PeerError("Refused: too many connections", this.#refusal, "limit");
  }

  async #read(connection: ProxiedConnection): Promise<ProxyHeader | null> {
    try {
      for (;;) {
        const header = parseProxyHeader(connection.pending);
        if (header !== null) return header;
        if (await connection.fill()) continue;
        const { length } = connection.pending;
        if (length === 0) return null;
        throw new ProxyHeaderError(`found the end of the stream after ${length} bytes of a header`);
      }
    } catch (error) {
      if (!(error instanceof ProxyHeaderError)) throw error;
      this.#report(connection, error.message);
      throw new PeerError(`Refused: ${error.message}`);
    }
  }

  #report({ remoteAddr }: Ends, detail: string): void {
    this.#emit({ type: "refused", remoteAddr, reason: "header", detail });
  }
}

/** Ends a connection whose header does not come, and reports that. */
class HeaderDeadline implements Timed {
  readonly #connection: ProxiedConnection;
  readonly #onLate: () => void;
  readonly #clock: Clock;
  readonly #since: number;

  constructor(connection: ProxiedConnection, onLate: () => void) {
    this.#connection = connection;
    this.#onLate = onLate;
    this.#clock = connection.keepTime(this);
    this.#since = this.#clock.now;
  }

  /** Leaves the time to the service. */
  lift(): void {
    this.#connection.keepTime(null);
  }

  expire(): void {
    if (this.#clock.isOver(this.#since, HEADER_TIMEOUT)) {
      this.#onLate();
      this.#end("timeout");
    } else if (this.#connection.draining.aborted && this.#clock.isOver(this.#since, DRAIN_QUIET)) {
      this.#end("drain");
    }
  }

  #end(endedBy: EndedBy): void {
    this.lift();
    this.#connection.endAs(endedBy);
  }
}
