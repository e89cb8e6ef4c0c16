/** Interim responses: HttpRequest.inform(). */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InvalidResponseError } from "../../../src/http/error.ts";
import type { Field, HttpRequest } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { converse } from "../../helpers/conversation.ts";
import { ask, receiveResponse, requestText } from "../../helpers/http_client.ts";

const LINK: Field = ["Link", "</a.css>; rel=preload"];

Deno.test("HttpRequest.inform() sends an interim response before the handler responds", async () => {
  const goOn = Promise.withResolvers<void>();
  await using serving = await converse(async (request) => {
    await request.inform(103, [LINK, ["Content-Length", "5"]]);
    await request.inform(102);
    await goOn.promise;
    return { body: "done" };
  });
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/"));
  const early = await receiveResponse(client);
  assertEquals([early.status, early.fields], [103, { link: LINK[1] }]);
  assertEquals(await client.receiveUntil("\r\n\r\n"), "HTTP/1.1 102 Processing\r\n\r\n");
  goOn.resolve();
  const { status, body } = await receiveResponse(client);
  assertEquals([status, body], [200, "done"]);
  assertEquals(serving.exchanges.map(({ status }) => status), [200]);
});

Deno.test("HttpRequest.inform() sends nothing to a client of HTTP/1.0", async () => {
  await using serving = await converse(async (request) => {
    await request.inform(103, [LINK]);
    return { body: "done" };
  });
  using client = await Client.connect(serving);
  await client.send("GET / HTTP/1.0\r\n\r\n");
  assertMatch(await client.receiveAll(), /^HTTP\/1\.1 200 OK\r\n/);
});

Deno.test("HttpRequest.inform() rejects what is no interim response, and an invalid field", async () => {
  await using serving = await converse(async (request) => {
    for (const status of [99, 101, 200, 103.5, "103x" as unknown as number]) {
      await assertRejects(() => request.inform(status), InvalidResponseError, "");
    }
    await assertRejects(() => request.inform(103, [["X", "a\r\nb"]]), InvalidResponseError);
    return { body: "done" };
  });
  using client = await Client.connect(serving);
  assertEquals((await ask(client, "GET", "/")).body, "done");
  assertEquals(serving.failures, []);
});

Deno.test("HttpRequest.inform() rejects once the response has begun, and after it", async () => {
  const kept: HttpRequest[] = [];
  await using serving = await converse((request) => {
    kept.push(request);
    let isOver = false;
    return {
      body: {
        length: null,
        async read() {
          if (isOver) return null;
          await assertRejects(() => request.inform(103), TypeError, "the response has begun");
          isOver = true;
          return new TextEncoder().encode("body");
        },
        close() {},
      },
    };
  });
  using client = await Client.connect(serving);
  assertEquals((await ask(client, "GET", "/")).body, "body");
  for (const request of kept) await assertRejects(() => request.inform(103), TypeError);
  assertEquals(serving.failures, []);
});

Deno.test("HttpRequest.inform() that is not awaited comes before the response", async () => {
  for (const isLate of [false, true]) {
    await using serving = await converse(async (request) => {
      if (isLate) await Promise.resolve();
      void request.inform(103, [LINK]);
      void request.inform(102);
      return { body: "x".repeat(request.path === "/long" ? 1_000_000 : 1) };
    });
    using client = await Client.connect(serving);
    // Pipelined, so that the response to one is there when the next one informs.
    const paths = ["/", "/long", "/"];
    const sending = client.send(paths.map((path) => requestText("GET", path)).join(""));
    for (const path of paths) {
      const statuses = [];
      for (let i = 0; i < 2; i++) statuses.push((await receiveResponse(client)).status);
      const { status, body } = await receiveResponse(client);
      assertEquals([...statuses, status], [103, 102, 200]);
      assertEquals(body.length, path === "/long" ? 1_000_000 : 1);
    }
    await sending;
    assertEquals(serving.failures, []);
  }
});

Deno.test("HttpRequest.expectsContinue says whether the client waits for a 100, which reading sends", async () => {
  const waits: boolean[] = [];
  await using serving = await converse(async (request) => {
    waits.push(request.expectsContinue);
    await request.inform(103, [LINK]);
    return { body: await request.body.text() };
  });
  using client = await Client.connect(serving);
  await client.send(requestText("POST", "/", { Expect: "100-continue", "Content-Length": 3 }));
  assertEquals((await receiveResponse(client)).status, 103);
  assertEquals((await receiveResponse(client)).status, 100);
  await client.send("abc");
  assertEquals((await receiveResponse(client)).body, "abc");
  await client.send(requestText("POST", "/", {}, "def"));
  assertEquals((await receiveResponse(client)).status, 103);
  assertEquals((await receiveResponse(client)).body, "def");
  assertEquals(waits, [true, false]);
});
