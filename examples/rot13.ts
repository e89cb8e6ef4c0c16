/**
 * ROT13: each letter comes back as the one 13 places on, all else as it is.
 *
 * Run it:  deno run -A main.ts --handler examples/rot13.ts
 * Try it:  nc 127.0.0.1 8000   (type "Uryyb"; or: nc -N 127.0.0.1 8000 < README.md)
 *
 * A stream handler on web streams: a stream of any length takes constant memory,
 * because a client that does not read its answer is not read from either.
 */
import type { Connection, Handler } from "../src/mod.ts";

/** What each byte becomes; UTF-8 beyond ASCII has no letters of A to Z in it. */
const TABLE = Uint8Array.from({ length: 256 }, (_, byte) => {
  const first = byte & 0xe0; // The case of a letter: 0x40 or 0x60.
  const letter = byte - first - 1;
  const isLetter = (first === 0x40 || first === 0x60) && letter >= 0 && letter < 26;
  return isLetter ? first + 1 + (letter + 13) % 26 : byte;
});

function rot13(): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform: (data, controller) => controller.enqueue(data.map((byte) => TABLE[byte] ?? byte)),
  });
}

export default {
  serve: (connection: Connection) =>
    connection.readable.pipeThrough(rot13()).pipeTo(connection.writable),
} satisfies Handler;
