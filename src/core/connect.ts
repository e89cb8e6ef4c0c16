import { type Address, familyOf, formatAddress, parseAddress } from "../base/address.ts";
import { laterAfterInput } from "../base/timers.ts";
import { ConnectionError } from "./errors.ts";
import { connectToName } from "./happy_eyeballs.ts";
import { disableNagle } from "./nagle.ts";
import { connectFailure, openSocket } from "./open_socket.ts";

/** Options of {@linkcode connect} and of `dial` of a context. */
export interface DialOptions {
  /** Cancels connecting; does not affect an established connection. */
  readonly signal?: AbortSignal;
  /**
   * How long connecting may take, to all addresses of a name together, in milliseconds;
   * 0 leaves it to the system, which gives up after minutes. The default is 10 seconds.
   */
  readonly connectTimeout?: number;
}

/** In milliseconds. */
export const CONNECT_TIMEOUT = 10_000;

/**
 * Connects to an address, outside of a server: a client. A name stands for all of its
 * addresses (Happy Eyeballs, RFC 8305): IPv6 and IPv4 take turns, and the next one is tried as soon
 * as one fails, or has not answered for 250 milliseconds. So a service with two addresses stays
 * available when one of them is gone.
 *
 * ```ts
 * import { connect } from "sluice";
 *
 * using conn = await connect("localhost:8000", { connectTimeout: 2000 });
 * ```
 *
 * @param address An address, or text such as `app.test:8000` or `unix:/path`.
 * @throws {ConnectionError} If connecting fails or takes too long.
 * @throws {TypeError} If the text is not an address.
 * @throws The reason of `signal`, if it aborts first.
 */
export async function connect(
  address: Address | string,
  { signal, connectTimeout = CONNECT_TIMEOUT }: DialOptions = {},
): Promise<Deno.Conn> {
  const wanted = addressOf(address);
  signal?.throwIfAborted();
  const stopping = new AbortController();
  const onAbort = () => stopping.abort(signal?.reason);
  const onTimeout = () => stopping.abort(tooLate(wanted, connectTimeout));
  signal?.addEventListener("abort", onAbort);
  const stop = connectTimeout === 0 ? null : laterAfterInput(connectTimeout, onTimeout);
  try {
    return await connectSocket(wanted, stopping.signal);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stop?.();
  }
}

/** @throws {TypeError} If a text is not an address. */
export function addressOf(address: Address | string): Address {
  const wanted = typeof address === "string" ? parseAddress(address) : address;
  if (wanted !== null) return wanted;
  throw new TypeError(
    `Cannot connect to "${address}": expected an address such as 127.0.0.1:8000 or unix:/path`,
  );
}

/**
 * Connects to an address, or to any of those that it stands for.
 *
 * @throws {ConnectionError} If that fails.
 * @throws The reason of `signal`, if it aborts first.
 */
export async function connectSocket(address: Address, signal: AbortSignal): Promise<Deno.Conn> {
  signal.throwIfAborted();
  let socket: Deno.Conn;
  try {
    socket = await open(address, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw failure(address, connectFailure(cause), "upstream", cause);
  }
  if (signal.aborted) {
    socket.close();
    throw signal.reason;
  }
  disableNagle(socket);
  return socket;
}

/** The error for an address that did not answer in time, in milliseconds. */
export function tooLate(address: Address, timeout: number): ConnectionError {
  return failure(address, `no answer within ${timeout} ms`, "timeout");
}

/** The error for a connection that could not be established. */
export function failure(
  address: Address,
  reason: string,
  endedBy: ConnectionError["endedBy"],
  cause?: unknown,
): ConnectionError {
  const message = `Cannot connect to ${formatAddress(address)}: ${reason}`;
  return new ConnectionError(message, endedBy, { peer: "upstream", cause });
}

function open(address: Address, signal: AbortSignal): Promise<Deno.Conn> {
  if (address.transport === "unix" || familyOf(address.hostname) !== null) {
    return openSocket(address, signal);
  }
  const { hostname, port } = address;
  const openTo = (hostname: string, signal: AbortSignal) =>
    Deno.connect({ hostname, port, signal });
  return connectToName(hostname, openTo, signal);
}
