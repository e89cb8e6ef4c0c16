/** Bodies that stream through the balancer, with their trailers. */
import { assert, assertEquals } from "@std/assert";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { HttpBackend } from "../../../helpers/http_backend.ts";
import {
  ask,
  askAlone,
  chunk,
  chunked,
  receiveResponse,
  requestText,
} from "../../../helpers/http_client.ts";
import { testEachPlace } from "../../../helpers/modes.ts";
import { always, RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";
import { testWith } from "../../../helpers/tools.ts";
import { until } from "../../../helpers/until.ts";

const CHUNKED = { "Transfer-Encoding": "chunked" };

testEachPlace("bodies with and without a length get through both ways", async (mode) => {
  await using backend = await HttpBackend.start("sluice");
  await using server = await startHttpBalancer([backend.address], ...mode.args());
  for (const length of [0, 1, 1000, 100_000]) {
    const body = "x".repeat(length);
    const known = await askAlone(server, "POST", "/echo", {}, body);
    assertEquals([known.status, known.body.length], [200, length]);
    assertEquals(known.body, body);
    const pieces = [body.slice(0, length / 2), body.slice(length / 2)].filter((one) => one !== "");
    const unknown = await askAlone(server, "POST", "/echo", CHUNKED, chunked(...pieces));
    assertEquals(unknown.fields["transfer-encoding"], "chunked");
    assertEquals(unknown.body, body);
  }
});

Deno.test("trailers get through both ways, but for those that have no place there", async () => {
  await using backend = await RawBackend.start(async (request, peer) => {
    await request.body();
    await peer.send(
      `HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n${chunk("abc")}` +
        "0\r\nX-Sum: 3\r\nContent-Length: 7\r\nSet-Cookie: a=1\r\nX-Last: \t z \r\n\r\n",
    );
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await client.send(
    requestText("POST", "/", { ...CHUNKED, "Trailer": "X-Sum" }) + chunk("hello") +
      "0\r\nX-Sum: 5\r\nHost: evil\r\nContent-Length: 9\r\nAuthorization: x\r\n\r\n",
  );
  const response = await receiveResponse(client);
  assertEquals(response.body, "abc");
  assertEquals(response.trailers, { "x-sum": "3", "x-last": "z" });
  const body = await backend.request(0).body();
  assertEquals(body.toLowerCase(), `${chunk("hello")}0\r\nx-sum: 5\r\n\r\n`);
  assertEquals((await ask(client, "GET", "/")).body, "abc");
});

testWith("node", "Node gets trailers of a request, and its own get to the client", async () => {
  await using backend = await HttpBackend.start("node");
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await client.send(
    `${requestText("POST", "/echo", CHUNKED)}${chunk("hello")}0\r\nX-Sum: 5\r\n\r\n`,
  );
  const response = await receiveResponse(client);
  assertEquals([response.body, response.trailers], ["hello", { "x-sum": "5" }]);
  const [request] = await backend.parsed();
  assertEquals(request?.body?.trailers.map(([name, value]) => [name.toLowerCase(), value]), [
    ["x-sum", "5"],
  ]);
});

testWith("node", "pieces pass both ways at once, as in a call of gRPC that streams", async () => {
  await using backend = await HttpBackend.start("node");
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await client.send(requestText("POST", "/echo", CHUNKED) + chunk("piece 0"));
  const head = await client.receiveUntil("\r\n\r\n");
  assert(head.startsWith("HTTP/1.1 200 "), head);
  for (let i = 0; i < 50; i++) {
    // Nothing but this piece has been sent, and it is back before the next one is.
    assertEquals(await client.receiveText(chunk(`piece ${i}`).length), chunk(`piece ${i}`));
    await client.send(i === 49 ? "0\r\n\r\n" : chunk(`piece ${i + 1}`));
  }
  assertEquals(await client.receiveUntil("0\r\n\r\n"), "0\r\n\r\n");
});

Deno.test("events of a response that never ends get to the client one by one", async () => {
  const eventOf = (number: number) => `data: ${number}\n\n`;
  let received = 0;
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    for (let sent = 0; sent < 20; sent++) {
      await until("the client has the last one", () => received === sent);
      await peer.send(eventOf(sent + 1));
    }
    await peer.left;
  });
  await using server = await startHttpBalancer([backend.address], "--upstream-idle-timeout", "5s");
  {
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/events"));
    await client.receiveUntil("\r\n\r\n");
    for (let i = 1; i <= 20; i++) {
      const text = chunk(eventOf(i));
      assertEquals(await client.receiveText(text.length), text);
      received = i;
    }
  }
  // The client has left: so does the balancer.
  await until("the connection to the backend is closed", () => backend.open === 0);
});

Deno.test("a response that comes before the end of its request gets to the client", async () => {
  await using backend = await RawBackend.start(async (_request, peer) => {
    await peer.send(rawResponse("too large", ["Connection: close"], "413 Content Too Large"));
    peer.end();
    await peer.left;
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await client.send(requestText("POST", "/", { "Content-Length": 1_000_000 }) + "x".repeat(1000));
  const response = await receiveResponse(client);
  assertEquals([response.status, response.body], [413, "too large"]);
});

Deno.test("a backend sees a request that its client cuts off as cut off", async () => {
  const bodies: string[] = [];
  await using backend = await RawBackend.start(async (request, peer) => {
    bodies.push(await request.body());
    await peer.left;
  });
  await using server = await startHttpBalancer([backend.address]);
  for (
    const start of [
      requestText("POST", "/", { "Content-Length": 10 }) + "hello",
      requestText("POST", "/", CHUNKED) + chunk("hello"),
    ]
  ) {
    const before = backend.requests.length;
    {
      using client = await Client.connect(server);
      await client.send(start);
      await until("the head is there", () => backend.requests.length === before + 1);
    }
    await until("the connection to the backend is closed", () => backend.open === 0);
  }
  assertEquals(bodies, ["hello", chunk("hello")]);
});

Deno.test("a chunk of the last size is not sent before the request has ended", async () => {
  await using backend = await RawBackend.start(always(rawResponse("fine")));
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  // The end is malformed, so the body must not look complete to the backend.
  await client.send(`${requestText("POST", "/", CHUNKED)}${chunk("hello")}0;=\r\nX\r\n\r\n`);
  await client.receiveAll().catch(() => "");
  await until("the connection to the backend is closed", () => backend.open === 0);
  for (const request of backend.requests) {
    assert(!/(^|\r\n)0+\r\n/.test(await request.body()), "the body has an end");
  }
});
