import { assert, assertEquals } from "@std/assert";
import { StreamedBody } from "../../../src/http/conversation/request_body.ts";
import type { RequestBody } from "../../../src/http/message.ts";
import { Random } from "../../../src/load/random.ts";
import { Client } from "../../helpers/client.ts";
import { converse } from "../../helpers/conversation.ts";
import { makeHandler } from "../../helpers/handlers.ts";
import {
  ask,
  chunked,
  receiveLastResponse,
  receiveResponse,
  requestText,
} from "../../helpers/http_client.ts";
import { startServer } from "../../helpers/server.ts";
import { until } from "../../helpers/until.ts";

/** A body that arrives in these parts, each of which is overwritten by the next. */
function bodyOf(whole: Uint8Array, sizes: readonly number[], isChunked: boolean): StreamedBody {
  const buffer = new Uint8Array(Math.max(...sizes));
  const left = [...sizes];
  let at = 0;
  const read = () => {
    const size = left.shift();
    if (size === undefined) return Promise.resolve(null);
    buffer.fill(0).set(whole.subarray(at, at += size));
    return Promise.resolve(buffer.subarray(0, size));
  };
  return new StreamedBody(isChunked ? null : whole.length, { read, trailers: [], limit() {} });
}

Deno.test("StreamedBody.bytes() joins parts of any sizes, in a buffer of its own", async () => {
  const random = new Random(1);
  for (let run = 0; run < 300; run++) {
    const sizes = Array.from({ length: 1 + random.below(20) }, () => 1 + random.below(3000));
    const whole = random.bytes(sizes.reduce((sum, size) => sum + size, 0));
    for (const isChunked of [false, true]) {
      const bytes = await bodyOf(whole, sizes, isChunked).bytes();
      assertEquals(bytes, whole);
      if (!isChunked) assertEquals(bytes.buffer.byteLength, whole.length);
    }
  }
});

Deno.test("a body takes memory as it arrives, not as it is announced", async () => {
  const [clients, announced, sent] = [50, 8 * 1024 ** 2, 20_000];
  await using handler = await makeHandler(`
    let begun = 0;
    export default { routes: {
      "POST /": async ({ body }) => { begun++; return String((await body.bytes()).length); },
      "GET /": () => JSON.stringify({ begun, memory: Deno.memoryUsage().external }),
    } };`);
  await using server = await startServer(["--mode", "async", ...handler.args]);
  const look = async (): Promise<{ begun: number; memory: number }> =>
    await (await fetch(`http://127.0.0.1:${server.port}/`)).json();
  const before = (await look()).memory;
  const open: Client[] = [];
  try {
    for (let i = 0; i < clients; i++) {
      const client = await Client.connect(server);
      open.push(client);
      const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${announced}\r\n\r\n`;
      await client.send(head + "x".repeat(sent));
    }
    await until("all uploads have begun", async () => (await look()).begun === clients);
    const used = (await look()).memory - before;
    assert(used < clients * 10 * sent, `${used} bytes for ${clients * sent} that arrived`);
    const [first] = open;
    await first?.send(new Uint8Array(announced - sent));
    assertEquals(first && (await receiveResponse(first)).body, String(announced));
  } finally {
    for (const client of open) client.close();
  }
});

Deno.test("RequestBody.trailers are known after the end, and belong to one request", async () => {
  const kept: RequestBody[] = [];
  await using serving = await converse(async ({ body }) => {
    kept.push(body);
    const before = body.trailers.length;
    const text = await body.text();
    return { body: JSON.stringify([text, before, body.trailers]) };
  });
  using client = await Client.connect(serving);
  const chunks = requestText("POST", "/", { "Transfer-Encoding": "chunked" }) + "3\r\nabc\r\n0\r\n";
  const trailers = [["x-sum", "1 2"], ["x-sum", "é"]];
  await client.send(chunks);
  await client.send(Uint8Array.from("X-Sum: 1 2 \r\nx-sum: é\r\n\r\n", (c) => c.charCodeAt(0)));
  assertEquals(JSON.parse((await receiveResponse(client)).body), ["abc", 0, trailers]);
  for (const request of [`${chunks}\r\n`, requestText("POST", "/", {}, "abc")]) {
    await client.send(request);
    assertEquals(JSON.parse((await receiveResponse(client)).body), ["abc", 0, []]);
  }
  assertEquals(kept.map((body) => body.trailers), [trailers, [], []]);
});

Deno.test("RequestBody.limit() refuses a longer body as soon as that is known, and ends the connection", async () => {
  const chunk = (size: number) => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`;
  const chunks = { "Transfer-Encoding": "chunked" };
  // The rest of each never arrives.
  const requests = [
    requestText("POST", "/", { "Content-Length": 101 }),
    requestText("POST", "/", { "Content-Length": 1_000_000, Connection: "close" }) + "x".repeat(9),
    requestText("POST", "/", chunks) + chunk(60) + chunk(41),
    requestText("POST", "/", { ...chunks, Connection: "close" }) + chunk(101),
  ];
  for (const request of requests) {
    await using serving = await converse(async ({ body }) => {
      body.limit(100);
      return { body: await body.text() };
    });
    using client = await Client.connect(serving);
    await client.send(request);
    assertEquals((await receiveLastResponse(client)).status, 413);
    assertEquals(serving.refusals.map(({ reason }) => reason), [
      "the body is larger than 100 bytes",
    ]);
    assertEquals(serving.failures, []);
  }
});

Deno.test("RequestBody.limit() accepts as much as it says, and holds for one request", async () => {
  await using serving = await converse(async ({ path, body }) => {
    if (path === "/small") body.limit(3);
    return { body: await body.text() };
  });
  using client = await Client.connect(serving);
  for (const path of ["/small", "/large", "/small"]) {
    const text = path === "/small" ? "abc" : "abcd";
    assertEquals((await ask(client, "POST", path, {}, text)).body, text);
    await client.send(requestText("POST", path, { "Transfer-Encoding": "chunked" }, chunked(text)));
    assertEquals((await receiveResponse(client)).body, text);
  }
  assertEquals((await ask(client, "GET", "/small")).body, "");
  assertEquals((await ask(client, "POST", "/small", {}, "abcd")).status, 413);
});

Deno.test("a malformed body that is echoed is the client's fault, also once the response has begun", async () => {
  await using server = await startServer(["--service", "http", "--lab"]);
  using client = await Client.connect(server);
  await client.send(
    "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
  );
  await client.receiveUntil("1\r\nx\r\n");
  await client.send("no size\r\n");
  assertEquals(await client.receiveAll().catch(() => ""), "");
  const refused = await server.logged("Request refused");
  assertEquals(refused["sluice.request.reason"], "a chunk size is not a hexadecimal number");
  const closed = await server.logged("Connection closed");
  assertEquals(closed["sluice.connection.ended_by"], "server");
  assertEquals(server.records(({ severity }) => severity === "ERROR"), []);
});
