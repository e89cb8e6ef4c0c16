/** What of a request and of its response gets through the balancer. */
import { assertEquals, assertMatch } from "@std/assert";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { ask, receiveResponse } from "../../../helpers/http_client.ts";
import { testEachPlace } from "../../../helpers/modes.ts";
import { always, RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";

testEachPlace("a request and its response are encoded anew", async (mode) => {
  await using backend = await RawBackend.start(always(
    rawResponse("fine", [
      "Set-Cookie: a=1",
      "SET-COOKIE:   b=2  ",
      "Connection: keep-alive, X-Own",
      "X-Own: of this connection",
      "Keep-Alive: timeout=5",
      "Upgrade: h2c",
      "Via: 1.1 inner",
      "X-Kept: \xe4\tb",
    ], "201 Made"),
  ));
  await using server = await startHttpBalancer([backend.address], ...mode.args());
  using client = await Client.connect(server);
  await client.send(Uint8Array.from(
    [
      "POST /a%20b/../c?d=%ff HTTP/1.1",
      "HOST:   example.org:81",
      "Content-Length: 5",
      "X-Kept: \xe4\tb",
      "Accept: a",
      "Accept: b",
      "Connection: x-own, close",
      "X-Own: of this connection",
      "Keep-Alive: timeout=1",
      "Proxy-Connection: keep-alive",
      "TE: gzip",
      "Via: 1.0 outer",
      "",
      "hello",
    ].join("\r\n"),
    (character) => character.charCodeAt(0),
  ));
  const response = await receiveResponse(client);
  assertEquals([response.status, response.body], [201, "fine"]);
  const { date: _date, connection, ...fields } = response.fields;
  assertEquals(connection, "close");
  assertEquals(fields, {
    "set-cookie": "a=1, b=2",
    "via": "1.1 inner, 1.1 sluice",
    "x-kept": "\ufffd\tb",
    "content-length": "4",
  });
  const request = backend.request(0);
  assertEquals(request.startLine, "POST /a%20b/../c?d=%ff HTTP/1.1");
  assertEquals(await request.body(), "hello");
  const { "x-request-id": id, forwarded, ...sent } = request.fields;
  assertEquals(sent, {
    "host": "example.org:81",
    "content-length": "5",
    "x-kept": "\xe4\tb",
    "accept": "a, b",
    "via": "1.0 outer, 1.1 sluice",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "example.org:81",
    "x-forwarded-port": String(server.port),
  });
  assertMatch(id ?? "", /^[\w-]+$/);
  const elements = (forwarded ?? "").toLowerCase().split(";").sort();
  assertEquals(elements, [`for=127.0.0.1`, `host="example.org:81"`, "proto=http"]);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
});

Deno.test("requests of each method get through, one after another", async () => {
  await using backend = await RawBackend.start(async ({ startLine }, peer) => {
    // What a response to HEAD says of the length is not about what follows.
    const response = rawResponse(startLine);
    const head = response.slice(0, response.indexOf("\r\n\r\n") + 4);
    await peer.send(startLine.startsWith("HEAD ") ? head : response);
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  const methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "x!"];
  for (const method of methods) {
    const line = `${method} / HTTP/1.1`;
    const { fields, body } = await ask(client, method, "/");
    assertEquals(fields["content-length"], String(line.length));
    assertEquals(body, method === "HEAD" ? "" : line);
  }
  assertEquals((await ask(client, "GET", "http://b:82/c?d")).body, "GET /c?d HTTP/1.1");
  assertEquals(backend.request(-1).fields["host"], "b:82");
  assertEquals((await ask(client, "OPTIONS", "*")).body, "OPTIONS * HTTP/1.1");
  assertEquals(backend.accepted, 1);
});

Deno.test("responses without a body get through, whatever their fields say of one", async () => {
  const without: Readonly<Record<string, string>> = {
    "/204": "HTTP/1.1 204 No Content\r\n\r\n",
    "/304": "HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Length: 1000\r\n\r\n",
    "/head": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "/empty": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "/status": "HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n",
  };
  await using backend = await RawBackend.start(async ({ startLine }, peer) => {
    await peer.send(without[startLine.split(" ")[1] ?? ""] ?? rawResponse("next"));
  });
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  const statuses = { "/204": 204, "/304": 304, "/head": 200, "/empty": 200, "/status": 599 };
  for (const [path, status] of Object.entries(statuses)) {
    const method = path === "/head" ? "HEAD" : "GET";
    const response = await ask(client, method, path);
    assertEquals([response.status, response.body], [status, ""], path);
    assertEquals((await ask(client, "GET", "/")).body, "next", path);
  }
  assertEquals(backend.accepted, 1);
});

Deno.test("a request with Content-Length: 0 keeps it, and one of a POST without a body gets one", async () => {
  await using backend = await RawBackend.start(always(rawResponse("fine")));
  await using server = await startHttpBalancer([backend.address]);
  using client = await Client.connect(server);
  await ask(client, "DELETE", "/", { "Content-Length": 0 });
  await ask(client, "POST", "/");
  await ask(client, "GET", "/");
  const lengths = backend.requests.map(({ fields }) => fields["content-length"]);
  assertEquals(lengths, ["0", "0", undefined]);
});
