/** Streams to clients that have half-closed, whose pieces are some time apart. */
import { assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client } from "../../helpers/client.ts";
import { serveFetcher } from "../../helpers/fetch.ts";
import { receiveResponse, requestText } from "../../helpers/http_client.ts";

/** A stream of some pieces, each after a pause in milliseconds. */
function slowly(pieces: number, pause: number): Response {
  let rest = pieces;
  return new Response(
    new ReadableStream({
      async pull(controller) {
        await delay(pause);
        if (rest-- > 0) controller.enqueue(new TextEncoder().encode("x"));
        else controller.close();
      },
    }),
  );
}

Deno.test("a client that half-closes gets a stream whose pauses are shorter than half a second", async () => {
  await using serving = await serveFetcher(() => slowly(10, 200));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  await client.end();
  assertEquals((await receiveResponse(client)).body, "x".repeat(10));
  assertEquals(await client.receiveAll(), "");
});

Deno.test("a client that half-closes loses a stream with a longer pause, and can tell", async () => {
  await using serving = await serveFetcher(() =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("x")),
      }),
    )
  );
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  await client.end();
  assertMatch(await client.receiveAll(), /\r\n\r\n1\r\nx\r\n$/);
  assertEquals((await serving.closed(1))[0]?.endedBy, "client");
});
