import type { Connection } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { PeerError } from "./errors.ts";
import type { Emit, RefusalReason } from "./event.ts";
import type { Socket } from "./socket.ts";

/** The most refused clients to send the message to at one time; the others are just closed. */
const MAX_TELLING = 64;

/** Turns clients away, with the service's message if it has one. */
export class Refusals {
  readonly #words: string | null;
  readonly #connections: Connections;
  readonly #emit: Emit;
  #telling = 0;

  /** @param words The message to refused clients; null closes without one. */
  constructor(words: string | null, connections: Connections, emit: Emit) {
    this.#words = words;
    this.#connections = connections;
    this.#emit = emit;
  }

  refuse(socket: Socket, reason: RefusalReason): void {
    this.#emit({ type: "refused", remoteAddr: socket.remoteAddr, reason });
    if (this.#words === null || this.#telling === MAX_TELLING) return socket.close();
    const connection = this.#connections.open(socket);
    void this.#tell(connection, this.#words);
  }

  async #tell(connection: Connection, words: string): Promise<void> {
    this.#telling++;
    const place = this.#connections.add(connection);
    await tellPeer(connection, new PeerError("Refused", words));
    this.#telling--;
    connection.release(null);
    this.#connections.delete(connection, place);
  }
}

/** Sends the peer the answer that an error carries, if any, and closes; never rejects. */
export async function tellPeer(connection: Connection, error: Error): Promise<void> {
  const { endedBy, answer, peer } = partsOf(error);
  // Whoever ended the connection to an upstream, to the client it was the upstream.
  const end = peer === "upstream" ? peer : endedBy;
  if (answer === null) return connection.endAs(end);
  try {
    await connection.write(answer);
    await connection.finish(end);
  } catch { // The peer no longer listens.
    connection.endAs(end);
  }
}

/** What an error says about the end; a handler's error may have getters that throw. */
function partsOf(error: Error) {
  try {
    // Not instanceof: a bundled handler has its own copy of the classes.
    const { endedBy = "error", answer = null, peer = null } = error as Partial<PeerError>;
    return { endedBy, answer, peer };
  } catch {
    return { endedBy: "error", answer: null, peer: null } as const;
  }
}
