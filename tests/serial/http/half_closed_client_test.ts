/** Clients that have half-closed, and wait for a response that takes some time. */
import { assertEquals, assertGreaterOrEqual, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import type { ServedRequest } from "../../../src/http/conversation/served_request.ts";
import type { HttpRequest, HttpResponse } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { converse } from "../../helpers/conversation.ts";
import { receiveResponse, requestText } from "../../helpers/http_client.ts";

const GET = requestText("GET", "/");

/** Rejects when a handler is told that its client has left, in either way. */
function left(request: HttpRequest): Promise<never> {
  return new Promise((_resolve, reject) => {
    (request as ServedRequest).onAbort = reject;
    request.signal.addEventListener("abort", () => reject(request.signal.reason));
  });
}

/** A source of two pieces, the second after a pause in milliseconds. */
function paused(pause: number): HttpResponse {
  const pieces = ["one ", "two"].map((text) => new TextEncoder().encode(text));
  return {
    body: {
      length: 7,
      async read() {
        if (pieces.length === 1) await delay(pause);
        return pieces.shift() ?? null;
      },
      close() {},
    },
  };
}

Deno.test("halfClosedTimeout gives each request of a client that has half-closed its time", async () => {
  await using serving = await converse(async (request) => {
    // Longer than it takes to look after the client, and together longer than the timeout.
    await Promise.race([delay(2000), left(request)]);
    return { body: request.path };
  }, { halfClosedTimeout: 3500 });
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/1") + requestText("GET", "/2"));
  await client.end();
  assertEquals((await receiveResponse(client)).body, "/1");
  assertEquals((await receiveResponse(client)).body, "/2");
  assertEquals(serving.failures, []);
});

Deno.test("halfClosedTimeout holds for the pauses of a body, too", async () => {
  await using serving = await converse(() => paused(1000), { halfClosedTimeout: 5000 });
  using client = await Client.connect(serving);
  await client.send(GET);
  await client.end();
  assertMatch(await client.receiveAll(), /one two$/);
});

Deno.test("a client that has half-closed has left after halfClosedTimeout, but no earlier", async () => {
  let took = 0;
  await using serving = await converse(async (request) => {
    const begun = performance.now();
    try {
      return await left(request);
    } finally {
      took = performance.now() - begun;
    }
  }, { halfClosedTimeout: 700 });
  using client = await Client.connect(serving);
  await client.send(GET);
  await client.end();
  assertEquals(await client.receiveAll(), "");
  await serving.closed(1);
  assertEquals(serving.exchanges.map(({ status }) => status), [499]);
  assertGreaterOrEqual(took, 690);
});
