import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { testEachPlace } from "../helpers/modes.ts";
import { startServer } from "../helpers/server.ts";

testEachPlace(
  "echo sends every byte back, in order, even after the client's half-close",
  async ({ args }) => {
    await using server = await startServer(args("--service", "echo"));
    using client = await Client.connect(server);
    const data = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 251);
    const sending = client.send(data).then(() => client.end());
    const received = await client.receive(data.length + 1);
    await sending;
    assertEquals(received.length, data.length);
    assert(received.every((byte, i) => byte === data[i]), "a byte is lost or out of order");
  },
);

testEachPlace("message answers each piece of data that arrives", async ({ args }) => {
  await using server = await startServer(args("--service", "message"));
  using client = await Client.connect(server);
  for (let i = 0; i < 3; i++) {
    await client.send(`piece ${i}`);
    assertEquals(await client.receiveText(16), "Message received");
  }
  await client.end();
  assertEquals(await client.receiveAll(), "");
});

testEachPlace("log records printable, truncated lines, and answers nothing", async ({ args }) => {
  await using server = await startServer(args("--service", "log"));
  using client = await Client.connect(server);
  await client.send(`first\r\nfor\x07ged {"a":1}\n${"x".repeat(5000)}\nlast`);
  await client.end();
  assertEquals(await client.receiveAll(), "");
  const last = await server.logged((line) => line["sluice.line"] === "last");
  const lines = server.log.filter((line) => line.message === "Line received");
  assertEquals(lines.map((line) => line["sluice.line"]), [
    "first",
    'for\\x07ged {"a":1}',
    "x".repeat(1024),
    "last",
  ]);
  assertEquals(lines[2]?.["sluice.line.cut"], 5000 - 1024);
  assertEquals(last["sluice.line.cut"], undefined);
});

testEachPlace("http answers Hello, World! and keeps the connection", async ({ args }) => {
  await using server = await startServer(args());
  using client = await Client.connect(server);
  for (let i = 0; i < 2; i++) {
    await client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const response = await client.receiveUntil("World!");
    assertMatch(response, /^HTTP\/1\.1 200 OK\r\n/);
    assertStringIncludes(response, "Content-Length: 13\r\n");
  }
  await client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  assertStringIncludes(await client.receiveAll(), "Connection: close\r\n");
}, { clients: 2 });

Deno.test("--mode single: http closes after each response, because other clients may be waiting", async () => {
  await using server = await startServer(["--mode", "single"]);
  using client = await Client.connect(server);
  using waiting = await Client.connect(server);
  for (const each of [client, waiting]) {
    await each.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const response = await each.receiveAll();
    assertMatch(response, /^HTTP\/1\.1 200 OK\r\n[^]*\r\nConnection: close\r\n/);
    each.close();
  }
});

testEachPlace("http reports what is wrong with a request, then closes", async ({ args }) => {
  const cases: [request: string, status: string][] = [
    ["GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404"],
    ["POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", "405"],
    ["GET / HTTP/1.1\r\n\r\n", "400"],
    ["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"],
    ["nonsense\r\n\r\n", "400"],
    ["GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505"],
    ["POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501"],
    [`GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, "431"],
    ["GET / HTTP/1.0\r\n\r\n", "200"],
  ];
  await using server = await startServer(args());
  for (const [request, status] of cases) {
    using client = await Client.connect(server);
    await client.send(request);
    assertEquals((await client.receiveAll()).slice(9, 12), status, request.slice(0, 60));
  }
});
