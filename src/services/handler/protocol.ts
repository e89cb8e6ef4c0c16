import type { Connection } from "../../core/connection.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { Service } from "../../core/service.ts";

/** What a protocol writes to. Writing never waits; what the client does not take is kept, up to a limit. */
export interface Transport {
  /** The connection's id. */
  readonly id: string;
  readonly remoteAddr: Deno.Addr;
  /** Aborts when the server drains. */
  readonly draining: AbortSignal;
  /** Bytes that the client has not taken yet. */
  readonly bufferedAmount: number;
  /** Sends data; ignored after {@linkcode end} and {@linkcode close}. */
  write(data: Uint8Array | string): void;
  /** Closes when everything that was written is sent. */
  end(): void;
  /** Closes at once; what is not sent is lost. */
  close(): void;
}

/** Callbacks of one connection, after asyncio.Protocol. One that returns a promise holds the next one back. */
export interface Protocol {
  connectionMade?(transport: Transport): void | Promise<void>;
  /** @param data Whatever arrived; good until the callback is done. */
  dataReceived?(data: Uint8Array): void | Promise<void>;
  /** The connection is over; `error` is null where the client or the protocol itself ended it. */
  connectionLost?(error: Error | null): void | Promise<void>;
}

/**
 * The most bytes that wait for one slow client (1 MiB); beyond it the
 * connection is closed, or one client of a chat would fill the memory.
 */
export const MAX_BUFFERED = 1024 * 1024;

const encoder = new TextEncoder();

/** A service of a protocol: one protocol object a connection. */
export function serveProtocol(create: () => Protocol): Service {
  return async (connection) => {
    const protocol = create();
    const transport = new ConnectionTransport(connection);
    let lost: Error | null = null;
    try {
      await protocol.connectionMade?.(transport);
      await converse(connection, protocol, transport);
      await transport.flush();
      // A client that ends in order has taken everything; one that is cut off has not.
      if (transport.failure !== null) throw transport.failure;
    } catch (error) {
      lost = error instanceof Error ? error : new Error(String(error));
      // What can still be told comes after what was written before.
      if ("answer" in lost) await transport.flush();
      throw error;
    } finally {
      transport.seal();
      // Its own close is no loss; what it threw itself is.
      const isOrdinary = lost instanceof ConnectionError && !("answer" in lost) &&
        lost.endedBy === "server";
      await protocol.connectionLost?.(isOrdinary ? null : lost);
    }
  };
}

async function converse(
  connection: Connection,
  protocol: Protocol,
  transport: ConnectionTransport,
): Promise<void> {
  while (!transport.isEnding) {
    // A client that does not take its answers is not read from: it holds back itself alone.
    await transport.flush();
    transport.isWaiting = true;
    const data = await connection.read();
    transport.isWaiting = false;
    if (data === null || transport.isEnding) return;
    await protocol.dataReceived?.(data);
  }
}

class ConnectionTransport implements Transport {
  readonly #connection: Connection;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #pump: Promise<void> | null = null;
  #isEnding = false;
  #failure: unknown = null;
  /** Whether nothing is running that would notice the end by itself. */
  isWaiting = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get id(): string {
    return this.#connection.id;
  }

  get remoteAddr(): Deno.Addr {
    return this.#connection.remoteAddr;
  }

  get draining(): AbortSignal {
    return this.#connection.draining;
  }

  get bufferedAmount(): number {
    return this.#queued;
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Why something that was written could not be sent; null where nothing was lost. */
  get failure(): unknown {
    return this.#failure;
  }

  write(data: Uint8Array | string): void {
    if (this.#isEnding) return;
    // A copy: the data may be a view of a read buffer, or be changed by its owner.
    const bytes = typeof data === "string" ? encoder.encode(data) : data.slice();
    if (bytes.length === 0) return;
    this.#queued += bytes.length;
    if (this.#queued > MAX_BUFFERED) {
      this.#drop();
      return this.#connection.endAs("limit");
    }
    this.#queue.push(bytes);
    this.#pump ??= this.#send();
  }

  end(): void {
    this.seal();
    if (this.isWaiting) void this.flush().then(() => this.#connection.finish("server"));
  }

  close(): void {
    this.seal();
    this.#drop();
    this.#connection.close();
  }

  /** Takes no more data. */
  seal(): void {
    this.#isEnding = true;
  }

  /** Resolves when everything that was written is sent. */
  async flush(): Promise<void> {
    while (this.#pump !== null) await this.#pump;
  }

  #drop(): void {
    this.#queue = [];
    this.#queued = 0;
  }

  async #send(): Promise<void> {
    try {
      for (let data = this.#queue.shift(); data !== undefined; data = this.#queue.shift()) {
        await this.#connection.write(data);
        this.#queued = Math.max(0, this.#queued - data.length);
      }
    } catch (error) { // The connection is over: whoever serves it learns why.
      this.#failure = error;
      this.#drop();
      this.seal();
    } finally {
      this.#pump = null;
    }
  }
}
