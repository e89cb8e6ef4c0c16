/** Reads of a body that still wait when the response is sent. */
import { assertEquals } from "@std/assert";
import { serveHttp } from "../../../src/http/conversation/serve.ts";
import type { HttpHandler } from "../../../src/http/message.ts";
import { Client } from "../../helpers/client.ts";
import { CONTEXT, OPTIONS } from "../../helpers/fetch.ts";
import { chunk, chunked, receiveResponse, requestText } from "../../helpers/http_client.ts";
import { serve, type Serving } from "../../helpers/lane.ts";
import { wrapSockets } from "../../helpers/written.ts";

const CHUNKED = { "Transfer-Encoding": "chunked" };
const REPORTS = { failed() {}, broken() {}, refused() {}, answered: null, meter: null };

/**
 * Serves a handler.
 *
 * @param arrived Called when bytes have arrived, before anyone can look at them.
 * @param mayWrite Waited for before each write.
 */
function serveSlowly(
  handler: HttpHandler,
  arrived: () => void,
  mayWrite: () => Promise<void> = () => Promise.resolve(),
): Promise<Serving> {
  const wrap = wrapSockets((socket) => {
    const read = socket.read.bind(socket);
    socket.read = async (bytes) => {
      const count = await read(bytes);
      arrived();
      return count;
    };
    const write = socket.write.bind(socket);
    socket.write = async (bytes) => {
      await mayWrite();
      return await write(bytes);
    };
  });
  return serve(serveHttp(handler, OPTIONS, CONTEXT.retiring, REPORTS), { wrap });
}

Deno.test("a read that its response overtakes takes nothing of the next request", async () => {
  // How much of the way from the socket to the reader the bytes have made, in promises.
  for (let steps = 0; steps < 12; steps++) {
    const waiting = Promise.withResolvers<void>();
    let end = Promise.withResolvers<void>();
    await using serving = await serveSlowly(async ({ path, body }) => {
      if (path === "/next") return { body: await body.text() };
      await body.read();
      end = Promise.withResolvers();
      // Not awaited, as by a proxy whose backend responds before it has got all of the body.
      body.read().catch(() => {});
      waiting.resolve();
      await end.promise;
      for (let i = 0; i < steps; i++) await null;
      return { body: "early" };
    }, () => end.resolve());
    using client = await Client.connect(serving);
    await client.send(requestText("POST", "/early", CHUNKED, chunk("begin")));
    await waiting.promise;
    await client.send(chunked("end") + requestText("POST", "/next", CHUNKED, chunk("begin, ")));
    assertEquals((await receiveResponse(client)).body, "early", `after ${steps} steps`);
    await client.send(chunked("end"));
    assertEquals((await receiveResponse(client)).body, "begin, end", `after ${steps} steps`);
  }
});

Deno.test("what a read has got that its response overtakes is not waited for", async () => {
  const writing = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  let arrivals = 0;
  await using serving = await serveSlowly(
    ({ path, body }) => {
      if (path === "/early") body.read().catch(() => {});
      return { body: path };
    },
    () => ++arrivals === 2 && arrived.resolve(),
    () => {
      writing.resolve();
      return arrived.promise;
    },
  );
  using client = await Client.connect(serving);
  await client.send(requestText("POST", "/early", { "Content-Length": 3 }));
  await writing.promise;
  await client.send("end" + requestText("GET", "/next"));
  assertEquals((await receiveResponse(client)).body, "/early");
  assertEquals((await receiveResponse(client)).body, "/next");
});

Deno.test("a request that arrives while the response before it is sent is not waited for", async () => {
  const writing = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  let arrivals = 0;
  await using serving = await serveSlowly(
    (request) => {
      // From now on the client is watched, by a read.
      request.signal.throwIfAborted();
      return { body: request.path };
    },
    () => ++arrivals === 2 && arrived.resolve(),
    () => {
      writing.resolve();
      return arrived.promise;
    },
  );
  using client = await Client.connect(serving);
  await client.send(requestText("GET", "/first"));
  await writing.promise;
  await client.send(requestText("GET", "/next"));
  assertEquals((await receiveResponse(client)).body, "/first");
  assertEquals((await receiveResponse(client)).body, "/next");
});
