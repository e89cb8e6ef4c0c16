/** How many clients a row remembers by name, to report which one made a lane hang. */
const SLOTS = 256;
/** The layout of a slot, in bytes: connection number (4), length of the name (1), name. */
const SLOT_BYTES = 64;
const LENGTH = 4;
const NAME = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Memory for the names of a row, in bytes. */
export const PEER_NAMES_BYTES = SLOTS * SLOT_BYTES;

/** The names of a lane's latest clients, by connection number. */
export class PeerNames {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(buffer: SharedArrayBuffer, start: number) {
    this.#bytes = new Uint8Array(buffer, start, PEER_NAMES_BYTES);
    this.#view = new DataView(buffer, start, PEER_NAMES_BYTES);
  }

  /** @param name In printable ASCII; cut off if it is too long. */
  set(connection: number, name: string): void {
    const start = startOf(connection);
    const space = this.#bytes.subarray(start + NAME, start + SLOT_BYTES);
    this.#bytes[start + LENGTH] = encoder.encodeInto(name, space).written;
    this.#view.setInt32(start, connection);
  }

  /** The name of a connection's client; null once a later client has taken its slot. */
  get(connection: number): string | null {
    const start = startOf(connection);
    if (connection === 0 || this.#view.getInt32(start) !== connection) return null;
    const length = this.#bytes[start + LENGTH] ?? 0;
    return decoder.decode(this.#bytes.slice(start + NAME, start + NAME + length));
  }

  clear(): void {
    this.#bytes.fill(0);
  }
}

function startOf(connection: number): number {
  // Unsigned: the row keeps the number in 32 bits, negative after two billion connections.
  return ((connection >>> 0) % SLOTS) * SLOT_BYTES;
}
