/** The server that costs least, to find out what a generator of load can do at most. */
import { Poller, READABLE } from "./poller.ts";
import { openSocketLibrary } from "./socket_library.ts";
import { Sockets } from "./sockets.ts";

const BACKLOG = 4096;
const BUFFER_BYTES = 256 * 1024;
/** Milliseconds of a wait, after which the runtime may look at signals. */
const PATIENCE = 100;

/** What a mirror does. */
export interface MirrorPlan {
  /** What it answers to whatever arrives, in Latin-1; null sends the same back. */
  readonly answer: string | null;
  /** Whether it closes after each answer. */
  readonly closing: boolean;
}

/**
 * Answers until the process ends. It keeps nothing of a connection, so a request
 * must arrive in one piece where there is an answer to give.
 *
 * @param onListening Called with its port, on 127.0.0.1.
 */
export async function runMirror(
  { answer, closing }: MirrorPlan,
  onListening: (port: number) => void,
): Promise<never> {
  const library = openSocketLibrary();
  const sockets = new Sockets(library);
  const poller = new Poller(library);
  const buffer = new Uint8Array(BUFFER_BYTES);
  const fixed = answer === null
    ? null
    : Uint8Array.from(answer, (character) => character.charCodeAt(0));
  const listening = sockets.listen(BACKLOG);
  poller.add(listening.socket, READABLE);
  onListening(listening.port);
  for (;;) {
    const count = poller.wait(PATIENCE);
    for (let event = 0; event < count; event++) {
      const socket = poller.socketOf(event);
      if (socket === listening.socket) acceptAll();
      else reflect(socket);
    }
    if (count === 0) await library.sched_yield();
  }

  function acceptAll(): void {
    for (let socket = 0; (socket = sockets.accept(listening.socket)) >= 0;) {
      poller.add(socket, READABLE);
    }
  }

  function reflect(socket: number): void {
    const count = sockets.receive(socket, buffer);
    if (count <= 0) return sockets.close(socket);
    send(socket, fixed ?? buffer.subarray(0, count));
    if (closing) sockets.close(socket);
  }

  function send(socket: number, bytes: Uint8Array<ArrayBuffer>): void {
    for (let rest = bytes; rest.length > 0;) {
      const count = sockets.send(socket, rest);
      // A client that does not read is waited for: it has nothing else to do than to read.
      if (count >= 0) rest = rest.subarray(count);
      else if (count !== -1) return;
    }
  }
}
