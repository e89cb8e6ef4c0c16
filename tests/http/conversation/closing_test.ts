/** How connections end after the last response. */
import { assertEquals } from "@std/assert";
import { Client } from "../../helpers/client.ts";
import { serveFetcher } from "../../helpers/fetch.ts";
import { receiveResponse, requestText } from "../../helpers/http_client.ts";
import { until } from "../../helpers/until.ts";

/** Less than the server waits for a client to close, in milliseconds. */
const SOON = 4500;
/** More than the buffers of both sockets hold. */
const LARGE = "x".repeat(8 * 1024 * 1024);

for (
  const [kind, request] of Object.entries({
    "HTTP/1.0": "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n",
    "Connection: close": requestText("GET", "/", { Connection: "close" }),
  })
) {
  Deno.test(`a client that announces its end by ${kind} is not waited for`, async () => {
    await using serving = await serveFetcher(() => new Response("done"));
    using client = await Client.connect(serving);
    await client.send(request);
    assertEquals((await receiveResponse(client)).body, "done");
    assertEquals(await client.receiveAll(), "");
    // The client keeps its end open.
    await until("the connection is closed", () => serving.resources.open === 0, SOON);
    const [summary] = await serving.closed(1);
    assertEquals([summary?.endedBy, summary?.phase], ["server", "serving"]);
  });
}

Deno.test("a client that sends more than it announced still gets the whole response", async () => {
  await using serving = await serveFetcher(async (request) => {
    await request.text();
    return new Response(LARGE);
  });
  using client = await Client.connect(serving);
  const request = requestText("POST", "/", { Connection: "close" }, "body");
  // Closing would reset the connection, since nobody reads this.
  await client.send(request + "x".repeat(100_000));
  assertEquals((await receiveResponse(client)).body.length, LARGE.length);
  assertEquals(await client.receiveAll(), "");
});

Deno.test("a client that announces no end is waited for", async () => {
  const init = { headers: { Connection: "close" } };
  await using serving = await serveFetcher(() => new Response("done", init));
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  assertEquals((await receiveResponse(client)).body, "done");
  await client.send(requestText("GET", "/"));
  assertEquals(await client.receiveAll(), "");
  assertEquals(serving.resources.open, 1);
});
