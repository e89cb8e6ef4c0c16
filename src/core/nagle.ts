import type { Socket } from "./socket.ts";

/**
 * Turns off Nagle's algorithm: otherwise the second write of a message would wait
 * some 40 ms for the peer's delayed ACK of the first.
 */
export function disableNagle(socket: Socket): void {
  try {
    socket.setNoDelay?.(true);
  } catch { // Already closed: the next read will fail.
  }
}
