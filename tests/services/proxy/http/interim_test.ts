/** Interim responses, and clients that wait for one before they send a body. */
import { assert, assertEquals } from "@std/assert";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { ask, receiveResponse, requestText } from "../../../helpers/http_client.ts";
import { testEachMode } from "../../../helpers/modes.ts";
import { RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";
import { until } from "../../../helpers/until.ts";

const EXPECTING = { "Expect": "100-continue", "Content-Length": 5 };
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

testEachMode("the backend decides whether a client is to send its body", async (mode) => {
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
  await using backend = await RawBackend.start(async (request, peer) => {
    await Promise.race([allowed, peer.left]);
    await peer.send(CONTINUE);
    await peer.send(rawResponse(await request.body()));
  });
  await using server = await startHttpBalancer([backend.address], ...mode.args());
  using client = await Client.connect(server);
  await client.send(requestText("POST", "/", EXPECTING));
  await until("the backend has the head", () => backend.requests.length === 1);
  assertEquals(backend.request(0).fields["expect"], "100-continue");
  let response: Awaited<ReturnType<typeof receiveResponse>> | null = null;
  const received = receiveResponse(client).then((interim) => response = interim);
  // The balancer itself does not tell the client to go on: it answers others meanwhile.
  if (mode.clients > 1) {
    using other = await Client.connect(server);
    await other.send(requestText("POST", "/", EXPECTING));
    await until("the backend has the next head", () => backend.requests.length === 2);
    assertEquals(response, null);
  }
  allow();
  assertEquals((await received).status, 100);
  await client.send("hello");
  assertEquals((await receiveResponse(client)).body, "hello");
});

Deno.test("a client is not told to continue if the backend answers at once", async () => {
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(rawResponse("no", ["Connection: close"], "417 Expectation Failed"));
    peer.end();
    await peer.left;
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await client.send(requestText("POST", "/", EXPECTING));
  const response = await receiveResponse(client);
  assertEquals([response.status, response.body], [417, "no"]);
  // What it would send next could be the body or a request: it may send neither.
  assertEquals(response.fields["connection"], "close");
  assertEquals(await client.receiveAll(), "");
});

Deno.test("a client that does not wait is served by a backend that says 100, and by one that does not", async () => {
  for (const interim of [CONTINUE, ""]) {
    await using backend = await RawBackend.start(async (request, peer) => {
      await peer.send(interim);
      await peer.send(rawResponse(await request.body()));
    });
    await using server = await startHttpBalancer([backend.address]);
    using client = await Client.connect(server);
    await client.send(requestText("POST", "/", EXPECTING) + "hello");
    let response = await receiveResponse(client);
    if (response.status === 100) response = await receiveResponse(client);
    assertEquals([response.status, response.body], [200, "hello"]);
  }
});

Deno.test("early hints and other interim responses get to the client at once, and the final one after them", async () => {
  let seen = Promise.withResolvers<void>();
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send("HTTP/1.1 102 Processing\r\n\r\n");
    await peer.send(
      "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: x\r\nX: 1\r\n\r\n",
    );
    await Promise.race([seen.promise, peer.left]);
    await peer.send(`HTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n${rawResponse("fine")}`);
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  for (let i = 0; i < 2; i++) {
    seen = Promise.withResolvers<void>();
    await client.send(requestText("GET", "/"));
    assertEquals((await receiveResponse(client)).status, 102);
    const hints = await receiveResponse(client);
    assertEquals([hints.status, hints.fields["link"]], [103, "</a.css>; rel=preload"]);
    assert(!("x" in hints.fields), "a field of the connection was passed on");
    seen.resolve();
    assertEquals((await receiveResponse(client)).fields["link"], "</b.css>");
    assertEquals((await receiveResponse(client)).body, "fine");
  }
  assertEquals(backend.accepted, 1);
});

Deno.test("a client of HTTP/1.0 gets no interim response", async () => {
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(`HTTP/1.1 103 Early Hints\r\n\r\n${rawResponse("fine")}`);
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await client.send("GET / HTTP/1.0\r\n\r\n");
  const text = await client.receiveAll();
  assert(text.startsWith("HTTP/1.1 200 ") && text.endsWith("\r\n\r\nfine"), text);
});

Deno.test("a backend that says 100 without being asked confuses nobody", async () => {
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(CONTINUE + rawResponse("fine"));
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  for (let i = 0; i < 2; i++) {
    let response = await ask(client, "GET", "/");
    if (response.status === 100) response = await receiveResponse(client);
    assertEquals([response.status, response.body], [200, "fine"]);
  }
});
