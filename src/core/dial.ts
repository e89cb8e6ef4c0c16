import type { Address } from "../base/address.ts";
import {
  addressOf,
  CONNECT_TIMEOUT,
  connectSocket,
  type DialOptions,
  failure,
  tooLate,
} from "./connect.ts";
import type { Connections } from "./connections.ts";
import type { Clock, Timed } from "./deadlines.ts";
import type { DialedConnection } from "./dialed_connection.ts";
import type { EndedBy } from "./event.ts";

/**
 * Connects to an address, using the buffers, deadlines and counters of a lane. A name stands for
 * all of its addresses, as for `connect`. The caller owns the connection and disposes of
 * it. The lane closes it when the lane is killed, when its last client disconnects, and in a
 * drain once the upstream is silent and owes no answer.
 *
 * @param address An address, or text for `parseAddress`.
 * @throws {ConnectionError} If connecting fails or takes too long.
 * @throws {TypeError} If the text is not an address.
 * @throws The reason of `signal`, if it aborts first.
 */
export async function dial(
  address: Address | string,
  connections: Connections,
  { signal, connectTimeout = CONNECT_TIMEOUT }: DialOptions = {},
): Promise<DialedConnection> {
  const wanted = addressOf(address);
  const { deadlines } = connections.context;
  const attempt = new Attempt(wanted, deadlines, connectTimeout);
  const onAbort = () => attempt.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  const place = deadlines.add(attempt);
  const dialedPlace = connections.addDialed(attempt);
  try {
    return connections.openDialed(await attempt.open());
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

  open(): Promise<Deno.Conn> {
    return connectSocket(this.#address, this.#controller.signal);
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  endAs(endedBy: EndedBy): void {
    this.abort(failure(this.#address, "the lane has ended", endedBy));
  }

  expire(): void {
    if (!this.#clock.isOver(this.#since, this.#timeout)) return;
    this.abort(tooLate(this.#address, this.#timeout));
  }
}
