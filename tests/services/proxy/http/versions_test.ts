/** Clients and backends of HTTP/1.0. */
import { assert, assertEquals } from "@std/assert";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { ask, chunk } from "../../../helpers/http_client.ts";
import { always, RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";

Deno.test("a client of HTTP/1.0 gets chunks without their framing, and then the end", async () => {
  const chunks = `${chunk("abc")}${chunk("de")}0\r\nX: trailer\r\n\r\n`;
  await using backend = await RawBackend.start(
    always(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`),
  );
  await using server = await startHttpBalancer([backend.address]);
  for (let i = 0; i < 2; i++) {
    using client = await Client.connect(server);
    await client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const [head = "", body] = (await client.receiveAll()).split("\r\n\r\n");
    assert(!/transfer-encoding|trailer/i.test(head), head);
    assertEquals(body, "abcde");
  }
  const { startLine, fields } = backend.request(0);
  assertEquals([startLine, fields["via"]], ["GET / HTTP/1.1", "1.0 sluice"]);
  assert(fields["host"] !== undefined);
  // How long the client stays is of no concern to the backend.
  assertEquals(backend.accepted, 1);
});

Deno.test("a client of HTTP/1.0 keeps its connection if it asks for that, and the body has a length", async () => {
  await using backend = await RawBackend.start(always(rawResponse("fine")));
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  for (let i = 0; i < 2; i++) {
    await client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
    const head = await client.receiveUntil("\r\n\r\n");
    assert(/^connection: keep-alive\r$/im.test(head), head);
    assertEquals(await client.receiveText(4), "fine");
  }
});

Deno.test("a backend of HTTP/1.0 that ends with its body has a connection for each request", async () => {
  await using backend = await RawBackend.start(async ({ startLine }, peer) => {
    await peer.send(`HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nbody of ${startLine}`);
    peer.end();
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  for (const path of ["/a", "/b", "/c"]) {
    const response = await ask(client, "GET", path);
    assertEquals(response.fields["transfer-encoding"], "chunked");
    assertEquals(response.fields["via"], "1.0 sluice");
    assertEquals(response.body, `body of GET ${path} HTTP/1.1`);
  }
  assertEquals(backend.accepted, 3);
});

Deno.test("a backend of HTTP/1.0 keeps its connection only if it says so", async () => {
  for (const [connection, accepted] of [["keep-alive", 1], ["close", 3], ["x", 3]] as const) {
    await using backend = await RawBackend.start(async ({ number }, peer) => {
      const text = rawResponse("fine", [`Connection: ${connection}`]);
      await peer.send(text.replace("HTTP/1.1", "HTTP/1.0"));
      // What does not close, and may not be used, waits to be closed.
      if (number > 1 && connection === "x") throw new Error("It was used again");
    });
    await using server = await startHttpBalancer([backend.address]);
    using client = await Client.connect(server);
    for (let i = 0; i < 3; i++) assertEquals((await ask(client, "GET", "/")).body, "fine");
    assertEquals(backend.accepted, accepted, connection);
  }
});
