import { kindOf } from "../../base/kind_of.ts";
import { thrownError } from "../../base/thrown.ts";
import type { Connection } from "../../core/connection.ts";
import { ConnectionError } from "../../core/errors.ts";
import type { Service } from "../../core/service.ts";

/** Writes to a client without waiting: what the client has not read is buffered, up to {@linkcode MAX_BUFFERED}. */
export interface Transport {
  /** The connection's id. */
  readonly id: string;
  readonly remoteAddr: Deno.Addr;
  /** Aborts when the server drains. */
  readonly draining: AbortSignal;
  /** Bytes buffered for the client. */
  readonly bufferedAmount: number;
  /**
   * Sends data; ignored after {@linkcode end} and {@linkcode close}.
   *
   * @throws {TypeError} If it is neither text nor bytes.
   */
  write(data: Uint8Array | string): void;
  /** Closes once everything written has been sent. */
  end(): void;
  /** Closes at once and drops buffered data. */
  close(): void;
}

/** Callbacks of one connection, modeled on asyncio.Protocol. A returned promise delays the next callback. */
export interface Protocol {
  connectionMade?(transport: Transport): void | Promise<void>;
  /** @param data Bytes in pieces of any size; valid until the callback is done. */
  dataReceived?(data: Uint8Array): void | Promise<void>;
  /** The connection is over; `error` is null if the client or the protocol itself ended it. */
  connectionLost?(error: Error | null): void | Promise<void>;
}

/**
 * The most bytes buffered for one slow client (1 MiB). Beyond it, the connection
 * is closed; otherwise a single slow chat client could exhaust memory.
 */
export const MAX_BUFFERED = 1024 * 1024;

const encoder = new TextEncoder();

/** Makes a service from a protocol, with one protocol object per connection. */
export function serveProtocol(create: () => Protocol): Service {
  return async (connection) => {
    const protocol = checked(create());
    const transport = new ConnectionTransport(connection);
    let lost: Error | null = null;
    try {
      await protocol.connectionMade?.(transport);
      await converse(connection, protocol, transport);
      await transport.flush();
      // Writes may have failed after the client closed its side.
      if (transport.failure !== null) throw transport.failure;
    } catch (error) {
      lost = thrownError(error);
      // Its answer is sent after what was written before.
      if ("answer" in lost) await transport.flush();
      throw error;
    } finally {
      transport.seal();
      // A close by the protocol itself is not a loss; an error that it throws is.
      const isOrdinary = lost instanceof ConnectionError && !("answer" in lost) &&
        lost.endedBy === "server";
      await protocol.connectionLost?.(isOrdinary ? null : lost);
    }
  };
}

/** Checks what `protocol()` returned, which may be anything in an untyped handler, such as a promise. */
function checked(protocol: Protocol): Protocol {
  const { connectionMade, dataReceived, connectionLost } = Object(protocol) as Protocol;
  if (connectionMade ?? dataReceived ?? connectionLost) return protocol;
  throw new TypeError(
    `Cannot serve: protocol returned ${kindOf(protocol)}, expected an object with ` +
      "connectionMade, dataReceived or connectionLost",
  );
}

async function converse(
  connection: Connection,
  protocol: Protocol,
  transport: ConnectionTransport,
): Promise<void> {
  while (!transport.isEnding) {
    // Backpressure: does not read from a client that does not read its data.
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
  /** Whether the protocol is only waiting for data, so that nothing else would notice the end. */
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

  /** Why written data could not be sent; null if all of it was. */
  get failure(): unknown {
    return this.#failure;
  }

  write(data: Uint8Array | string): void {
    if (this.#isEnding) return;
    if (typeof data !== "string" && !(data instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot write: found a value of type ${typeof data}, expected text or bytes`,
      );
    }
    // Copied, because the data may be a view of a read buffer, or its owner may change it.
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

  /** Ignores further writes. */
  seal(): void {
    this.#isEnding = true;
  }

  /** Resolves when everything written has been sent. */
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
    } catch (error) { // The connection is over; converse() reports why.
      this.#failure = error;
      this.#drop();
      this.seal();
    } finally {
      this.#pump = null;
    }
  }
}
