import { sleep } from "../base/timers.ts";

const LOOPBACK = "127.0.0.1";
/** How long a turn takes at most where there are no sockets to tell, in milliseconds. */
const BLIND_TURN = 1;
const BYTE = new Uint8Array(1);

/**
 * The turns of the event loop in which the runtime asks the system for input. Between two
 * of them it may run microtasks, immediates and the JavaScript of finished operations many
 * times, so that only input can tell: a byte that the lane sends to itself.
 */
export class InputTurns {
  /** Longer than what arrives: after a read that fills it, the runtime tries the next at once. */
  readonly #buffer = new Uint8Array(2);
  #sockets: Promise<readonly [Deno.Conn, Deno.Conn] | null> | null = null;

  /** Resolves once the runtime has asked for input, together with what it got. */
  async next(): Promise<void> {
    const sockets = await (this.#sockets ??= connectedPair().catch(() => null));
    if (sockets === null) return await sleep(BLIND_TURN);
    const [from, to] = sockets;
    try {
      await Promise.all([from.write(BYTE), to.read(this.#buffer)]);
    } catch { // They are closed, here or by something else, which must not go on for ever.
      if (this.#sockets !== null) this.#sockets = Promise.resolve(null);
    }
  }

  /** Closes the sockets, until the next turn is asked for; ends the wait for one. */
  rest(): void {
    void this.#sockets?.then((sockets) => sockets?.forEach((socket) => socket.close()));
    this.#sockets = null;
  }
}

/**
 * Opens two sockets that are connected with each other.
 *
 * @throws If there is no descriptor or no loopback interface for them, or no permission.
 */
async function connectedPair(): Promise<[Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: LOOPBACK, port: 0 });
  const { port } = listener.addr;
  const [from, to] = await Promise.all([
    Deno.connect({ hostname: LOOPBACK, port }),
    listener.accept(),
  ]);
  if (from.localAddr.port !== to.remoteAddr.port) {
    from.close();
    to.close();
    throw new Error("Cannot connect to itself: another program was first");
  }
  from.setNoDelay(true);
  return [from, to];
}
