/**
 * Turns off Nagle's algorithm: otherwise the second write of a message would wait
 * some 40 ms for the peer's delayed ACK of the first.
 */
export function disableNagle(socket: Deno.Conn): void {
  try {
    if (socket.remoteAddr.transport === "tcp") (socket as Deno.TcpConn).setNoDelay(true);
  } catch { // Already closed: the next read will fail.
  }
}
