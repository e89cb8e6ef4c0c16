import { type Address, formatAddress, parseAddress } from "../base/address.ts";
import { firstLine } from "../base/system_errors.ts";
import type { Connections } from "./connections.ts";
import type { Clock, Timed } from "./deadlines.ts";
import type { DialedConnection } from "./dialed_connection.ts";
import { ConnectionError } from "./errors.ts";
import type { EndedBy } from "./event.ts";
import { disableNagle } from "./nagle.ts";

/** Options of {@linkcode dial}. */
export interface DialOptions {
  /** Cancels connecting; does not affect an established connection. */
  readonly signal?: AbortSignal;
  /**
   * How long connecting may take, in milliseconds; 0 leaves it to the system,
   * which gives up after minutes. The default is 10 seconds.
   */
  readonly connectTimeout?: number;
}

const CONNECT_TIMEOUT = 10_000;

/**
 * Connects to an address, using the buffers, deadlines and counters of a lane. The
 * caller owns the connection and disposes of it. The lane closes it when the lane
 * is killed, when its last client disconnects, and in a drain once the upstream is
 * silent and owes no answer.
 *
 * @param address An address, or text for {@linkcode parseAddress}.
 * @throws {ConnectionError} If connecting fails or takes too long.
 * @throws {TypeError} If the text is not an address.
 * @throws The reason of `signal`, if it aborts first.
 */
export async function dial(
  address: Address | string,
  connections: Connections,
  { signal, connectTimeout = CONNECT_TIMEOUT }: DialOptions = {},
): Promise<DialedConnection> {
  const wanted = typeof address === "string" ? parseAddress(address) : address;
  if (wanted === null) {
    throw new TypeError(
      `Cannot connect to "${address}": expected an address such as 127.0.0.1:8000 or unix:/path`,
    );
  }
  const { deadlines } = connections.context;
  const attempt = new Attempt(wanted, deadlines, connectTimeout);
  const onAbort = () => attempt.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  const place = deadlines.add(attempt);
  const dialedPlace = connections.addDialed(attempt);
  try {
    const socket = await attempt.connect();
    disableNagle(socket);
    return connections.openDialed(socket);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    deadlines.delete(attempt, place);
    connections.deleteDialed(attempt, dialedPlace);
  }
}

/** A dial in progress, which the lane or the deadline sweep can end. */
class Attempt implements Timed {
  readonly #address: Address;
  readonly #clock: Clock;
  readonly #since: number;
  readonly #timeout: number;
  readonly #controller = new AbortController();

  constructor(address: Address, clock: Clock, timeout: number) {
    this.#address = address;
    this.#clock = clock;
    this.#since = clock.now;
    this.#timeout = timeout;
  }

  async connect(): Promise<Deno.Conn> {
    const { signal } = this.#controller;
    signal.throwIfAborted();
    let socket: Deno.Conn;
    try {
      socket = await connect(this.#address, signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw this.#error(reasonOf(cause), "upstream", cause);
    }
    if (!signal.aborted) return socket;
    socket.close();
    throw signal.reason;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  endAs(endedBy: EndedBy): void {
    this.abort(this.#error("the lane has ended", endedBy));
  }

  expire(): void {
    if (!this.#clock.isOver(this.#since, this.#timeout)) return;
    this.abort(this.#error(`no answer within ${this.#timeout} ms`, "timeout"));
  }

  #error(reason: string, endedBy: EndedBy, cause?: unknown): ConnectionError {
    const message = `Cannot connect to ${formatAddress(this.#address)}: ${reason}`;
    return new ConnectionError(message, endedBy, { peer: "upstream", cause });
  }
}

function connect(address: Address, signal: AbortSignal): Promise<Deno.Conn> {
  // A Unix socket connects or fails at once, so there is nothing to cancel.
  return address.transport === "unix"
    ? Deno.connect({ transport: "unix", path: address.path })
    : Deno.connect({ hostname: address.hostname, port: address.port, signal });
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.ConnectionRefused) return "connection refused";
  if (cause instanceof Deno.errors.NotFound) return "no such socket";
  if (cause instanceof Deno.errors.NotCapable) {
    return "the runtime refuses it, allow it with --allow-net (and --allow-read, --allow-write for a path)";
  }
  return firstLine(cause).replace(/ \(os error \d+\)$/, "");
}
