/**
 * ROT13: rotates every letter by 13 places and echoes everything else. Shows a
 * stream handler on web streams.
 *
 * Run it:  deno run -A main.ts examples/rot13.ts
 * Try it:  nc 127.0.0.1 8000   (type "Uryyb"; or: nc -N 127.0.0.1 8000 < README.md)
 *
 * A stream of any length needs constant memory: backpressure stops reading from a
 * client that does not read its output.
 */
import type { Connection, Handler } from "../src/mod.ts";

/** The result for each byte. UTF-8 beyond ASCII contains no bytes of A to Z. */
const TABLE = Uint8Array.from({ length: 256 }, (_, byte) => {
  const first = byte & 0xe0; // 0x40 for upper case, 0x60 for lower case.
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
