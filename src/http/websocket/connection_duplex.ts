import type { Duplex } from "node:stream";
import type { Connection } from "../../core/connection.ts";

type Callback = (error?: Error | null) => void;

/** Maximum bytes of small pieces that are sent in one write. */
const BATCH = 64 * 1024;
/** Unsent bytes above which reading from the client pauses, as backpressure. */
const CONGESTED = 1024 * 1024;

/**
 * Adapts a connection to a stream for libraries written for Node. At most one read
 * and one write are in progress. Ending the stream half-closes the connection;
 * destroying it before both sides have ended closes the connection at once. The
 * event `close` is emitted once nothing uses the connection any more.
 */
export async function duplexOf(connection: Connection): Promise<Duplex> {
  // Takes megabytes in each thread, so only threads that need it load it.
  const { Duplex } = await import("node:stream");
  let reading = Promise.resolve();
  let writing = Promise.resolve();
  let isPaused = false;

  const receive = async () => {
    try {
      const data = await connection.read();
      // Copied, since the data is valid only until the next read, and the stream may keep it longer.
      stream.push(data === null ? null : data.slice());
    } catch (error) {
      stream.destroy(error as Error);
    }
  };

  const send = async (pieces: Iterable<Uint8Array>, callback: Callback) => {
    try {
      for (const piece of pieces) await connection.write(piece);
    } catch (error) {
      return callback(error as Error);
    }
    callback();
    if (!isPaused || stream.writableLength > CONGESTED) return;
    isPaused = false;
    reading = receive();
  };

  const stream = new Duplex({
    read: () => {
      isPaused = stream.writableLength > CONGESTED;
      if (!isPaused) reading = receive();
    },
    write: (piece: Uint8Array, _encoding, callback) => {
      writing = send([piece], callback);
    },
    writev: (pieces: { chunk: Uint8Array }[], callback) => {
      writing = send(inBatches(pieces.map(({ chunk }) => chunk)), callback);
    },
    final: (callback) => {
      connection.end().then(() => callback(), callback);
    },
    destroy: (error, callback) => {
      if (!stream.readableEnded || !stream.writableFinished) connection.close();
      Promise.all([reading, writing]).then(() => callback(error));
    },
  });
  return stream;
}

/** Joins small pieces, such as a frame's head and content: a write for each would cost more. */
function* inBatches(pieces: readonly Uint8Array[]): Iterable<Uint8Array> {
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    if (size > 0 && size + piece.length > BATCH) {
      yield joined(batch, size);
      batch = [];
      size = 0;
    }
    batch.push(piece);
    size += piece.length;
  }
  if (size > 0) yield joined(batch, size);
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
