import { encodeLatin1 } from "./encode_latin1.ts";
import { Poller, READABLE } from "./poller.ts";
import { openSocketLibrary } from "./socket_library.ts";
import { AGAIN, Sockets } from "./sockets.ts";

const BACKLOG = 4096;
const BUFFER_BYTES = 256 * 1024;
/** Milliseconds after which a wait ends, so that the runtime can handle signals. */
const WAIT_MS = 100;

/** What a null server does. */
export interface NullServerPlan {
  /** The response to anything that arrives, in Latin-1; null echoes it. */
  readonly response: string | null;
  /** Whether to close the connection after each response. */
  readonly closing: boolean;
}

/**
 * Runs a server that does next to nothing, to measure the ceiling of the load generator, until the
 * process ends. It parses nothing: whatever one read returns counts as a request.
 *
 * @param onListening Called with its port on 127.0.0.1.
 */
export async function runNullServer(
  { response, closing }: NullServerPlan,
  onListening: (port: number) => void,
): Promise<never> {
  const library = openSocketLibrary();
  const sockets = new Sockets(library);
  const poller = new Poller(library);
  const buffer = new Uint8Array(BUFFER_BYTES);
  const fixed = response === null ? null : encodeLatin1(response);
  const listener = sockets.listen(BACKLOG);
  poller.add(listener.socket, READABLE);
  onListening(listener.port);
  for (;;) {
    const count = poller.wait(WAIT_MS);
    for (let event = 0; event < count; event++) {
      const socket = poller.socketOf(event);
      if (socket === listener.socket) acceptAll(sockets, poller, socket);
      else respond(socket);
    }
    if (count === 0) await library.sched_yield();
  }

  function respond(socket: number): void {
    const count = sockets.receive(socket, buffer);
    if (count <= 0) return sockets.close(socket);
    sendAll(sockets, socket, fixed ?? buffer.subarray(0, count));
    if (closing) sockets.close(socket);
  }
}

function acceptAll(sockets: Sockets, poller: Poller, listener: number): void {
  for (let socket = 0; (socket = sockets.accept(listener)) !== AGAIN;) {
    poller.add(socket, READABLE);
  }
}

/** Waits for a client that does not read: it has nothing else to do. */
function sendAll(sockets: Sockets, socket: number, bytes: Uint8Array<ArrayBuffer>): void {
  for (let rest = bytes; rest.length > 0;) {
    const count = sockets.send(socket, rest);
    if (count >= 0) rest = rest.subarray(count);
    else if (count !== AGAIN) return;
  }
}
