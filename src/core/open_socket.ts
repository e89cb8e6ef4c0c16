import type { Address } from "../base/address.ts";
import { systemReason } from "../base/system_errors.ts";

/**
 * Connects to an IP address or a Unix socket.
 *
 * @throws What the runtime throws; {@linkcode connectFailure} words it.
 */
export function openSocket(address: Address, signal: AbortSignal): Promise<Deno.Conn> {
  // A Unix socket connects or fails at once, so there is nothing to cancel.
  return address.transport === "unix"
    ? Deno.connect({ transport: "unix", path: address.path })
    : Deno.connect({ hostname: address.hostname, port: address.port, signal });
}

/** Why connecting has failed, such as "connection refused". */
export function connectFailure(cause: unknown): string {
  if (cause instanceof AggregateError) {
    return [...new Set(cause.errors.map(connectFailure))].join(", ");
  }
  if (cause instanceof Deno.errors.ConnectionRefused) return "connection refused";
  if (cause instanceof Deno.errors.NotFound) return "no such socket";
  if (cause instanceof Deno.errors.NotCapable) {
    return "the runtime refuses it, allow it with --allow-net (and --allow-read, --allow-write for a path)";
  }
  return systemReason(cause);
}
