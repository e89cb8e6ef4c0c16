/**
 * Turns Nagle's algorithm off: a message of two writes would otherwise wait some
 * 40 ms for the peer to acknowledge the first.
 */
export function disableNagle(socket: Deno.Conn): void {
  try {
    if (socket.remoteAddr.transport === "tcp") (socket as Deno.TcpConn).setNoDelay(true);
  } catch { // Closed already: whoever reads from it will find out.
  }
}
