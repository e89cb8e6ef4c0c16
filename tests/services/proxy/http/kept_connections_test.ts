/** Connections to backends that are kept for further requests, and when they may not be. */
import { assert, assertEquals } from "@std/assert";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { ask, askAlone, receiveResponse, requestText } from "../../../helpers/http_client.ts";
import { testEachMode } from "../../../helpers/modes.ts";
import { descriptorsOf } from "../../../helpers/process.ts";
import {
  always,
  type Ending,
  type RawAnswer,
  RawBackend,
  rawResponse,
} from "../../../helpers/raw_backend.ts";
import { until } from "../../../helpers/until.ts";

const FINE = rawResponse("fine");

testEachMode("clients one after another are served on one connection per lane", async (mode) => {
  await using backend = await RawBackend.start(always(FINE));
  await using server = await startHttpBalancer([backend.address], ...mode.args());
  for (let i = 0; i < 30; i++) assertEquals((await askAlone(server, "GET", "/")).body, "fine");
  assertEquals(backend.requests.length, 30);
  assert(backend.accepted <= mode.lanes, `${backend.accepted} connections`);
});

Deno.test("clients at once have a connection each, and the ones after them use these", async () => {
  const waiting: (() => void)[] = [];
  await using backend = await RawBackend.start(async (_request, peer) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    await peer.send(FINE);
  });
  await using server = await startHttpBalancer([backend.address]);
  for (let round = 0; round < 3; round++) {
    const asking = Array.from({ length: 5 }, () => askAlone(server, "GET", "/"));
    await until("all requests are there", () => waiting.length === 5);
    for (const resolve of waiting.splice(0)) resolve();
    await Promise.all(asking);
  }
  assertEquals(backend.accepted, 5);
});

Deno.test("--upstream-max-idle bounds how many connections are kept", async () => {
  const waiting: (() => void)[] = [];
  await using backend = await RawBackend.start(async (_request, peer) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    await peer.send(FINE);
  });
  await using server = await startHttpBalancer([backend.address], "--upstream-max-idle", "2");
  const asking = Array.from({ length: 5 }, () => askAlone(server, "GET", "/"));
  await until("all requests are there", () => waiting.length === 5);
  for (const resolve of waiting.splice(0)) resolve();
  await Promise.all(asking);
  await until("two connections are left", () => backend.open === 2);
});

Deno.test("--upstream-keep-alive closes connections that are idle, and 0 keeps none", async () => {
  await using backend = await RawBackend.start(always(FINE));
  await using brief = await startHttpBalancer([backend.address], "--upstream-keep-alive", "1s");
  await askAlone(brief, "GET", "/");
  assertEquals(backend.open, 1);
  await until("it is closed", () => backend.open === 0, 5000);
  await using none = await startHttpBalancer([backend.address], "--upstream-keep-alive", "0");
  using client = await Client.connect(none);
  for (let i = 0; i < 3; i++) await ask(client, "GET", "/");
  assertEquals(backend.accepted, 4);
  assertEquals(backend.request(-1).fields["connection"], "close");
});

Deno.test("what a backend has closed is not used again, whatever the method", async () => {
  await using backend = await RawBackend.start(always(FINE));
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  for (const end of [() => backend.endAll(), () => backend.resetAll()]) {
    await ask(client, "POST", "/", {}, "x");
    const before = descriptorsOf(server.pid);
    end();
    // A reset closes this side at once, before the balancer has noticed it.
    await until(
      "the balancer has closed it, too",
      () => backend.open === 0 && descriptorsOf(server.pid) < before,
    );
    assertEquals((await ask(client, "POST", "/", {}, "x")).status, 200);
  }
  assertEquals(backend.requests.length, 4);
});

/** Answers the first request of a connection, and ends it at the next one. */
function closingAtTheNext(ending: Ending): RawAnswer {
  return async ({ number }, peer) => {
    // Without a body, so that it suits HEAD.
    if (number === 1) await peer.send(rawResponse());
    else if (ending === "ends") peer.end();
    else peer.reset();
  };
}

for (const ending of ["ends", "resets"] as const) {
  Deno.test(`a backend ${ending} a kept connection just as a request comes: only what is idempotent is sent again`, async () => {
    await using backend = await RawBackend.start(closingAtTheNext(ending));
    await using server = await startHttpBalancer([backend.address]);
    using client = await Client.connect(server);
    const lines = () => backend.requests.map(({ startLine }) => startLine.split(" ")[0]);
    assertEquals((await ask(client, "GET", "/")).status, 200);
    for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]) {
      backend.requests.length = 0;
      const body = method === "PUT" ? "x".repeat(10_000) : "";
      assertEquals((await ask(client, method, "/", {}, body)).status, 200, method);
      assertEquals(lines(), [method, method]);
      // The second one is as complete as the first.
      assertEquals(await backend.request(1).body(), body);
    }
    for (const method of ["POST", "PATCH", "LOCK"]) {
      assertEquals((await askAlone(server, "GET", "/")).status, 200);
      backend.requests.length = 0;
      const response = await askAlone(server, method, "/", {}, "x");
      assertEquals(response.status, 502, method);
      assertEquals(lines(), [method]);
      const reason = response.fields["proxy-status"];
      assertEquals(reason, "sluice; error=connection_terminated", method);
    }
  });
}

Deno.test("a body that is larger than --retry-buffer is not sent again", async () => {
  await using backend = await RawBackend.start(async (request, peer) => {
    await request.body();
    await closingAtTheNext("ends")(request, peer);
  });
  await using server = await startHttpBalancer([backend.address], "--retry-buffer", "1kb");
  assertEquals((await askAlone(server, "GET", "/")).status, 200);
  assertEquals((await askAlone(server, "PUT", "/", {}, "x".repeat(1000))).status, 200);
  assertEquals((await askAlone(server, "PUT", "/", {}, "x".repeat(100_000))).status, 502);
  assertEquals(backend.requests.length, 4);
});

Deno.test("a connection is not used again if its end was announced, or is not clear", async () => {
  const others: Readonly<Record<string, string>> = {
    "announced": rawResponse("fine", ["Connection: close"]),
    "more than the response": `${FINE}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    "a body where there is none": "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil",
    "more than the chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nevil",
  };
  for (const [what, text] of Object.entries(others)) {
    await using backend = await RawBackend.start(async ({ connection }, peer) => {
      await peer.send(connection === 1 ? text : rawResponse("next"));
    });
    await using server = await startHttpBalancer([backend.address]);
    using client = await Client.connect(server);
    assert((await ask(client, "GET", "/")).status < 300, what);
    assertEquals((await ask(client, "GET", "/")).body, "next", what);
    assertEquals(backend.accepted, 2, what);
  }
});

Deno.test("a connection is not used again after a response that was not read to its end", async () => {
  await using backend = await RawBackend.start(async ({ connection }, peer) => {
    if (connection > 1) return await peer.send(FINE);
    await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
    await peer.left;
  });
  await using server = await startHttpBalancer([backend.address]);
  {
    using client = await Client.connect(server);
    await client.send(requestText("GET", "/"));
    assert((await client.receiveUntil("abc")).endsWith("abc"));
  }
  await until("the connection to the backend is closed", () => backend.open === 0);
  assertEquals((await askAlone(server, "GET", "/")).body, "fine");
});

Deno.test("pipelined requests are answered in their order", async () => {
  await using backend = await RawBackend.start(async ({ startLine }, peer) => {
    await peer.send(rawResponse(startLine));
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  const paths = Array.from({ length: 20 }, (_, i) => `/${i}`);
  await client.send(paths.map((path) => requestText("GET", path)).join(""));
  for (const path of paths) {
    assertEquals((await receiveResponse(client)).body, `GET ${path} HTTP/1.1`);
  }
});
