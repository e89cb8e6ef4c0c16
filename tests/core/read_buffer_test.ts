import { assertEquals } from "@std/assert";
import { Buffers, LARGE_BUFFER, MEDIUM_BUFFER, SMALL_BUFFER } from "../../src/core/buffers.ts";
import { ReadBuffer } from "../../src/core/read_buffer.ts";

/** Receives `count` bytes in as many reads as they take; the last one does not fill its space. */
function receive(buffer: ReadBuffer, count: number): void {
  for (let rest = count;;) {
    const { length } = buffer.space();
    const arrived = Math.min(rest, length);
    buffer.received(arrived);
    rest -= arrived;
    if (arrived < length) return;
  }
}

/** Receives a message of `count` bytes, consumes it, and returns the space for the next one. */
function spaceAfter(buffer: ReadBuffer, count: number): number {
  receive(buffer, count);
  buffer.skip(buffer.length);
  return buffer.space().length;
}

Deno.test("ReadBuffer.leave() takes no more memory than the pending bytes and a small buffer", () => {
  const buffer = new ReadBuffer(new Buffers());
  const length = LARGE_BUFFER;
  for (let pending = 0; pending < length;) {
    const space = buffer.space();
    space[0] = 7;
    buffer.received(space.length);
    pending += space.length;
  }
  const pending = buffer.length;
  buffer.leave();
  assertEquals([buffer.length, buffer.view()[0]], [pending, 7]);
  assertEquals(buffer.view().buffer.byteLength, pending + SMALL_BUFFER);
});

Deno.test("ReadBuffer.space() waits in a small buffer for a client whose messages fit into it", () => {
  const buffer = new ReadBuffer(new Buffers());
  assertEquals(buffer.space().length, SMALL_BUFFER);
  for (const size of [1, SMALL_BUFFER - 1]) assertEquals(spaceAfter(buffer, size), SMALL_BUFFER);
});

Deno.test("ReadBuffer.space() waits in a medium buffer for a client whose messages need it, until one does not", () => {
  const buffer = new ReadBuffer(new Buffers());
  for (const size of [SMALL_BUFFER, SMALL_BUFFER + 1, MEDIUM_BUFFER - 1]) {
    assertEquals([size, spaceAfter(buffer, size)], [size, MEDIUM_BUFFER]);
  }
  assertEquals(spaceAfter(buffer, 100), SMALL_BUFFER);
});

Deno.test("ReadBuffer.space() gives back a large buffer when a client pauses", () => {
  const buffer = new ReadBuffer(new Buffers());
  assertEquals(spaceAfter(buffer, LARGE_BUFFER - 1), MEDIUM_BUFFER);
  // A stream that is consumed as it arrives.
  for (const size of [MEDIUM_BUFFER, LARGE_BUFFER]) {
    buffer.received(size);
    buffer.skip(size);
    assertEquals([size, buffer.space().length], [size, LARGE_BUFFER]);
  }
  assertEquals(spaceAfter(buffer, 1), SMALL_BUFFER);
});

Deno.test("ReadBuffer waits in small buffers when all medium ones are out, and still reads what is large", () => {
  const buffers = new Buffers();
  const message = MEDIUM_BUFFER - 1;
  const waiting = Array.from({ length: 1000 }, () => new ReadBuffer(buffers));
  const spaces = waiting.map((buffer) => spaceAfter(buffer, message));
  const memory = spaces.reduce((sum, space) => sum + space, 0);
  assertEquals(memory <= waiting.length * SMALL_BUFFER + 2 * 1024 ** 2, true, `${memory} bytes`);
  assertEquals(spaces.at(-1), SMALL_BUFFER);
  const last = waiting.at(-1);
  if (last !== undefined) receive(last, LARGE_BUFFER + 1);
  assertEquals(last?.length, LARGE_BUFFER + 1);
  for (const buffer of waiting) buffer.release(false);
  assertEquals(spaceAfter(new ReadBuffer(buffers), message), MEDIUM_BUFFER);
});

Deno.test("ReadBuffer returns only what was lent, whatever the sizes of its own buffers", () => {
  const buffers = new Buffers();
  const all = [];
  for (let lent; (lent = buffers.lendLarge()) !== null;) all.push(lent);
  const buffer = new ReadBuffer(buffers);
  receive(buffer, 4 * LARGE_BUFFER);
  buffer.release(false);
  assertEquals(buffers.lendLarge(), null);
  for (const lent of all) buffers.release(lent);
  receive(buffer, 4 * LARGE_BUFFER);
  assertEquals(buffer.length, 4 * LARGE_BUFFER);
});
