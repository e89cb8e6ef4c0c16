import { assertEquals } from "@std/assert";
import { Buffers, SMALL_BUFFER } from "../../src/core/buffers.ts";
import { ReadBuffer } from "../../src/core/read_buffer.ts";

Deno.test("ReadBuffer.leave() takes no more memory than the pending bytes and a small buffer", () => {
  const buffer = new ReadBuffer(new Buffers());
  const length = 2 * SMALL_BUFFER;
  for (let pending = 0; pending < length;) {
    const space = buffer.space();
    space[0] = 7;
    buffer.received(space.length, space.length);
    pending += space.length;
  }
  const pending = buffer.length;
  buffer.leave();
  assertEquals([buffer.length, buffer.view()[0]], [pending, 7]);
  assertEquals(buffer.view().buffer.byteLength, pending + SMALL_BUFFER);
});
