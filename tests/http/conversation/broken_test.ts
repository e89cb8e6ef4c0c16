/** Responses of a backend that ends in the middle of them. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ConnectionError, IncompleteReadError } from "../../../src/core/errors.ts";
import type { BodySource } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { converse } from "../../helpers/conversation.ts";
import { requestText } from "../../helpers/http_client.ts";

const encoder = new TextEncoder();

/** A source that yields one piece, and then fails. */
function failing(error: Error, length: number | null, isReady: boolean): BodySource {
  let piece: Uint8Array | null = encoder.encode("part");
  const take = () => {
    const taken = piece;
    piece = null;
    return taken;
  };
  return {
    length,
    ready: () => isReady ? take() : null,
    async read() {
      await Promise.resolve();
      const taken = take();
      if (taken === null) throw error;
      return taken;
    },
    close() {},
  };
}

Deno.test("a response that its backend cuts off never looks complete, and is no failure of the server", async () => {
  for (const length of [null, 9]) {
    for (const isReady of [false, true]) {
      const error = new IncompleteReadError(new Uint8Array(4), "upstream");
      await using serving = await converse(() => ({ body: failing(error, length, isReady) }));
      using client = await Client.connect(serving);
      await client.send(requestText("GET", "/"));
      const received = await client.receiveAll();
      assertMatch(received, length === null ? /\r\n\r\n4\r\npart\r\n$/ : /\r\n\r\npart$/);
      const [closed] = await serving.closed(1);
      assertEquals([closed?.endedBy, closed?.error], ["upstream", null]);
      assertEquals([serving.failures, serving.breaks], [[], [error]]);
      const [{ status, bodyBytes } = { status: 0, bodyBytes: 0 }] = serving.exchanges;
      assertEquals([status, bodyBytes], [200, 4]);
    }
  }
});

Deno.test("a backend that is late in the middle of a response cuts it off, too", async () => {
  const error = new ConnectionError("Cannot read: late", "timeout", { peer: "upstream" });
  await using serving = await converse(() => ({ body: failing(error, null, true) }));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  assertMatch(await client.receiveAll(), /part\r\n$/);
  assertEquals([serving.failures, serving.breaks], [[], [error]]);
});

Deno.test("a client of HTTP/1.0, for which the end of the connection ends the body, is reset", async () => {
  const lost = new IncompleteReadError(new Uint8Array(4), "upstream");
  for (const error of [lost, new Error("in read")]) {
    await using serving = await converse(() => ({ body: failing(error, null, true) }));
    using client = await Client.connect(serving);
    await client.send("GET / HTTP/1.0\r\n\r\n");
    await assertRejects(() => client.receiveAll(), Deno.errors.ConnectionReset);
  }
});
