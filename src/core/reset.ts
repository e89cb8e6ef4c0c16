import { openLibrary } from "../base/c_library.ts";
import { AF_UNSPEC } from "../base/socket_numbers.ts";
import { AdoptedSocket } from "./adopted_socket.ts";
import type { Socket } from "./socket.ts";

/** An address of no family: its first field, and the length of one of IPv4. */
const NO_ADDRESS = new Uint8Array(16);
new DataView(NO_ADDRESS.buffer).setUint16(0, AF_UNSPEC, true);
/** The description of the symbol under which the runtime keeps the descriptor of a socket. */
const DESCRIPTOR = "Deno.internal.fd";

/**
 * Resets the connection of a client's socket, which has yet to be closed. The runtime has no
 * API for this, and ends the stream before it closes a socket, so that SO_LINGER has no effect;
 * dissolving the connection by connect(2) of the C library does it. Does nothing without Linux,
 * for a Unix socket, or without permission for FFI: then the client sees an ordinary end.
 */
export function reset(socket: Socket): void {
  const descriptor = descriptorOf(socket);
  if (descriptor === null || socket.remoteAddr.transport !== "tcp") return;
  using library = openLibrary();
  library?.connect(descriptor, NO_ADDRESS, NO_ADDRESS.length);
}

/** The file descriptor of a socket; null if the runtime does not tell. */
function descriptorOf(socket: Socket): number | null {
  if (socket instanceof AdoptedSocket) return socket.descriptor;
  const symbols = Object.getOwnPropertySymbols(socket);
  const key = symbols.find(({ description }) => description === DESCRIPTOR);
  const value: unknown = key === undefined ? null : Reflect.get(socket, key);
  return typeof value === "number" ? value : null;
}
