import { assertEquals, assertRejects } from "@std/assert";
import { StreamedBody } from "../../../../src/http/conversation/request_body.ts";
import type { BodySource, Field } from "../../../../src/http/message.ts";
import { RequestCopy } from "../../../../src/services/proxy/http/request_copy.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A copy of a body of these pieces, all of which are read into the same buffer. */
function copyOf(pieces: readonly string[], limit: number, trailers: readonly Field[] = []) {
  const waiting = [...pieces];
  const buffer = new Uint8Array(100);
  const body = new StreamedBody(null, {
    trailers,
    limit: () => {},
    read: async () => {
      await Promise.resolve();
      // What was read before is not valid any more.
      buffer.fill(63);
      const piece = waiting.shift();
      if (piece === undefined) return null;
      return buffer.subarray(0, encoder.encodeInto(piece, buffer).written);
    },
  });
  return { copy: new RequestCopy(body, limit), waiting };
}

/** Reads a source to its end, as a writer does: what is ready comes first. */
async function read(source: BodySource): Promise<string[]> {
  const pieces: string[] = [];
  const ready = source.ready?.() ?? null;
  if (ready !== null) pieces.push(decoder.decode(ready));
  for (let piece; (piece = await source.read()) !== null;) pieces.push(decoder.decode(piece));
  return pieces;
}

Deno.test("RequestCopy.source() has the whole body, again and again, as long as it is short enough", async () => {
  const { copy } = copyOf(["abc", "de", "f"], 6);
  for (let i = 0; i < 3; i++) {
    assertEquals(await read(copy.source()), ["abc", "de", "f"]);
    assertEquals(copy.isWhole, true);
  }
});

Deno.test("RequestCopy.source() passes a body on to its end that is too long to be kept", async () => {
  const { copy } = copyOf(["abc", "de", "f"], 4);
  assertEquals(await read(copy.source()), ["abc", "de", "f"]);
  assertEquals([copy.isWhole, copy.bytes], [false, null]);
});

Deno.test("RequestCopy begins a source anew with what another has read, and goes on where it was", async () => {
  const { copy, waiting } = copyOf(["abc", "de", "f"], 100);
  const first = copy.source();
  assertEquals(first.ready?.(), null);
  await first.read();
  await first.read();
  assertEquals(waiting, ["f"]);
  assertEquals(await read(copy.source()), ["abc", "de", "f"]);
});

Deno.test("RequestCopy does not lose the piece that an abandoned source waits for", async () => {
  const { copy } = copyOf(["abc", "de"], 100);
  const abandoned = copy.source();
  const pending = abandoned.read();
  const [pieces] = await Promise.all([read(copy.source()), pending]);
  assertEquals(pieces, ["abc", "de"]);
});

Deno.test("RequestCopy.prefetch() reads the first piece only, which is then ready", async () => {
  const { copy, waiting } = copyOf(["abc", "de"], 0);
  await copy.prefetch();
  await copy.prefetch();
  assertEquals(waiting, ["de"]);
  // Nothing is kept, but the body can still be sent from its beginning.
  assertEquals(copy.isWhole, true);
  for (let i = 0; i < 2; i++) {
    assertEquals(decoder.decode(copy.source().ready?.() ?? undefined), "abc");
  }
  assertEquals(await read(copy.source()), ["abc", "de"]);
  assertEquals(copy.isWhole, false);
});

Deno.test("RequestCopy.bytes are those of a body that was read to its end", async () => {
  const { copy } = copyOf(["abc", "de"], 5);
  const source = copy.source();
  await source.read();
  await source.read();
  assertEquals(copy.bytes, null);
  assertEquals(await source.read(), null);
  assertEquals(copy.bytes?.map((piece) => decoder.decode(piece)), ["abc", "de"]);
  assertEquals(copyOf([], 0).copy.bytes, null);
});

Deno.test("RequestCopy.trailers are those that may be sent on", async () => {
  const fields = [["x-sum", "5"], ["content-length", "9"], ["host", "evil"]] as const;
  const { copy } = copyOf(["abc"], 5, fields);
  const source = copy.source();
  assertEquals(source.trailers, []);
  await read(source);
  assertEquals([source.trailers, copy.trailers], [[["x-sum", "5"]], [["x-sum", "5"]]]);
});

Deno.test("RequestCopy.source() throws what reading the body throws", async () => {
  const body = new StreamedBody(7, {
    trailers: [],
    limit: () => {},
    read: () => Promise.reject(new Error("the client has left")),
  });
  const copy = new RequestCopy(body, 5);
  assertEquals(copy.length, 7);
  await assertRejects(() => copy.prefetch(), Error, "the client has left");
  await assertRejects(() => copy.source().read(), Error, "the client has left");
});
