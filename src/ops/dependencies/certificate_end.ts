import type { TLSSocket } from "node:tls";
import { later } from "../../base/timers.ts";

/** How long reading a certificate may take, in milliseconds. */
const TIMEOUT = 5000;

/**
 * Reads until when the certificate of a server is good, trusted or not. Nothing is sent to
 * it. Loads the runtime's library for it, since `Deno.connectTls` does not tell.
 *
 * @param serverName The name that the server shall have a certificate for; not an IP address.
 * @returns Milliseconds since the epoch; null if it cannot be read.
 */
export async function certificateEnd(
  hostname: string,
  port: number,
  serverName: string | null,
): Promise<number | null> {
  const { connect } = await import("node:tls");
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const name = serverName === null ? {} : { servername: serverName };
  const socket = connect(
    { host: hostname, port, ...name, rejectUnauthorized: false },
    () => resolve(endOf(socket)),
  );
  socket.on("error", () => resolve(null));
  socket.on("close", () => resolve(null));
  const cancel = later(TIMEOUT, () => resolve(null));
  try {
    return await promise;
  } finally {
    cancel();
    socket.destroy();
  }
}

function endOf(socket: TLSSocket): number | null {
  const end = Date.parse(socket.getPeerCertificate().valid_to);
  return Number.isNaN(end) ? null : end;
}
