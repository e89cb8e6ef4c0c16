import type { Duplex } from "node:stream";
import type { Connection } from "../../core/connection.ts";

type Callback = (error?: Error | null) => void;

/** The most bytes of small pieces that are sent by one write. */
const BATCH = 64 * 1024;
/** Unsent bytes above which a client is not read from: who takes no answers holds back itself. */
const CONGESTED = 1024 * 1024;

/**
 * Makes a connection a stream as libraries written for Node want it. At most one
 * read and one write are under way. Its end half-closes the connection; that
 * it is destroyed before both sides have ended closes the connection at once.
 * `close` comes when nothing uses the connection any more.
 */
export async function duplexOf(connection: Connection): Promise<Duplex> {
  // Megabytes for a thread: only those that need it load it.
  const { Duplex } = await import("node:stream");
  let reading = Promise.resolve();
  let writing = Promise.resolve();
  let isHeld = false;

  const receive = async () => {
    try {
      const data = await connection.read();
      // A copy: what is read is good until the next read, and the stream keeps it longer.
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
    if (!isHeld || stream.writableLength > CONGESTED) return;
    isHeld = false;
    reading = receive();
  };

  const stream = new Duplex({
    read: () => {
      isHeld = stream.writableLength > CONGESTED;
      if (!isHeld) reading = receive();
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

/** Puts small pieces together, as a frame's head and its content: a write for each would cost more. */
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
