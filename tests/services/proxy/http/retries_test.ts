/** Which requests are sent to another backend, and which failures clients are told. */
import { assert, assertEquals } from "@std/assert";
import { deadAddress } from "../../../helpers/backend.ts";
import { startHttpBalancer } from "../../../helpers/balancer.ts";
import { Client } from "../../../helpers/client.ts";
import { ask, askAlone, chunked } from "../../../helpers/http_client.ts";
import {
  always,
  cutting,
  type RawAnswer,
  RawBackend,
  rawResponse,
} from "../../../helpers/raw_backend.ts";
import type { Server } from "../../../helpers/server.ts";

const FINE = rawResponse("fine");
const FIRST = ["--balance", "first", "--fail-limit", "1000"];
const BUSY = rawResponse("busy", ["Retry-After: 7"], "503 Service Unavailable");

/** A balancer that tries a backend that answers so before one that is fine. */
async function startBefore(answer: RawAnswer, ...args: readonly string[]) {
  await using stack = new AsyncDisposableStack();
  const bad = stack.use(await RawBackend.start(answer));
  const good = stack.use(await RawBackend.start(always(FINE)));
  const server = stack.use(
    await startHttpBalancer([bad.address, good.address], ...FIRST, ...args),
  );
  const started = stack.move();
  return { bad, good, server, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function statusOf(server: Server, method: string, body = ""): Promise<number> {
  return (await askAlone(server, method, "/", {}, body)).status;
}

Deno.test("a backend that refuses connections costs no request, whatever its method and body", async () => {
  // A response before the end of the body would end the upload.
  await using good = await RawBackend.start(async (request, peer) => {
    await request.body();
    await peer.send(FINE);
  });
  await using server = await startHttpBalancer(
    [deadAddress(), good.address],
    ...[...FIRST, "--connect-retries", "1"],
  );
  for (const method of ["GET", "POST", "PATCH"]) {
    assertEquals(await statusOf(server, method, "x".repeat(200_000)), 200, method);
    assertEquals((await good.request(-1).body()).length, 200_000);
    const chunks = { "Transfer-Encoding": "chunked" };
    const response = await askAlone(server, method, "/", chunks, chunked("abc", "de"));
    assertEquals(response.status, 200);
    assert((await good.request(-1).body()).endsWith("0\r\n\r\n"));
  }
});

Deno.test("a backend that resets a connection: idempotent requests go to another, others get 502", async () => {
  await using both = await startBefore(cutting("", 0, "resets"));
  for (const method of ["GET", "PUT", "DELETE"]) {
    assertEquals(await statusOf(both.server, method, "hello"), 200, method);
    assertEquals(await both.good.request(-1).body(), "hello", method);
  }
  assertEquals([both.bad.requests.length, both.good.requests.length], [3, 3]);
  assertEquals(await statusOf(both.server, "POST", "hello"), 502);
  assertEquals([both.bad.requests.length, both.good.requests.length], [4, 3]);
});

Deno.test("once a byte of the response has come, no request is sent again", async () => {
  await using both = await startBefore(cutting("HTTP/1.1 200 OK\r\n", 5, "resets"));
  assertEquals(await statusOf(both.server, "GET"), 502);
  assertEquals(both.good.requests.length, 0);
});

Deno.test("--retries 0 sends nothing twice, and --retries 2 tries three backends", async () => {
  await using none = await startBefore(cutting("", 0, "ends"), "--retries", "0");
  assertEquals(await statusOf(none.server, "GET"), 502);
  assertEquals(none.good.requests.length, 0);

  await using first = await RawBackend.start(cutting("", 0, "ends"));
  await using second = await RawBackend.start(cutting("", 0, "ends"));
  await using third = await RawBackend.start(always(FINE));
  const all = [first, second, third];
  const addresses = all.map(({ address }) => address);
  await using two = await startHttpBalancer(addresses, ...FIRST, "--retries", "2");
  assertEquals(await statusOf(two, "GET"), 200);
  assertEquals(all.map(({ requests }) => requests.length), [1, 1, 1]);
});

Deno.test("an error that a backend answers is passed on as it is, unless --retry-on says otherwise", async () => {
  await using asIs = await startBefore(always(BUSY));
  const response = await askAlone(asIs.server, "GET", "/");
  assertEquals([response.status, response.body], [503, "busy"]);
  assertEquals(response.fields["retry-after"], "7");
  assertEquals(response.fields["proxy-status"], undefined);
  assertEquals(asIs.good.requests.length, 0);

  await using again = await startBefore(always(BUSY), "--retry-on", "503");
  using client = await Client.connect(again.server);
  assertEquals((await ask(client, "GET", "/")).body, "fine");
  // What must not be sent twice gets the answer of its only backend.
  assertEquals((await ask(client, "POST", "/", {}, "x")).body, "busy");
  assertEquals([again.bad.requests.length, again.good.requests.length], [2, 1]);
  // Another status is not in the list.
  again.bad.answer = always(BUSY.replace("503", "502"));
  assertEquals((await ask(client, "GET", "/")).status, 502);
});

Deno.test("a backend that is late is a reason only with --retry-on 504, and while there is time", async () => {
  const late: RawAnswer = async (_request, peer) => await peer.left;
  const timeout = ["--upstream-timeout", "1s"];
  await using never = await startBefore(late, ...timeout);
  assertEquals(await statusOf(never.server, "GET"), 504);
  assertEquals(never.good.requests.length, 0);

  // In which the other backend has to answer, too.
  const patient = ["--upstream-timeout", "3s"];
  await using again = await startBefore(late, ...patient, "--retry-on", "504");
  assertEquals(await statusOf(again.server, "GET"), 200);
  assertEquals(await statusOf(again.server, "PUT", "hello"), 200);
  assertEquals(await again.good.request(-1).body(), "hello");
  assertEquals(await statusOf(again.server, "POST", "x"), 504);
  assertEquals([again.bad.requests.length, again.good.requests.length], [3, 2]);

  const total = ["--upstream-total-timeout", "1s", "--retry-on", "504"];
  await using over = await startBefore(late, ...total);
  assertEquals(await statusOf(over.server, "GET"), 504);
  assertEquals(over.good.requests.length, 0);
});

Deno.test("when all tries are used up, the client gets the last answer of a backend", async () => {
  await using first = await RawBackend.start(always(BUSY));
  await using second = await RawBackend.start(always(BUSY.replace("busy", "same")));
  await using server = await startHttpBalancer(
    [first.address, second.address],
    ...[...FIRST, "--retry-on", "503"],
  );
  const response = await askAlone(server, "GET", "/");
  assertEquals([response.status, response.body], [503, "same"]);
  assertEquals([first.requests.length, second.requests.length], [1, 1]);
});

Deno.test("a body that was passed on and not kept is never sent again empty", async () => {
  await using both = await startBefore(
    async (request, peer) => {
      await request.body();
      peer.reset();
    },
    "--retry-buffer",
    "1kb",
  );
  assertEquals(await statusOf(both.server, "PUT", "x".repeat(500)), 200);
  assertEquals((await both.good.request(-1).body()).length, 500);
  assertEquals(await statusOf(both.server, "PUT", "x".repeat(50_000)), 502);
  const chunks = { "Transfer-Encoding": "chunked" };
  const large = await askAlone(both.server, "PUT", "/", chunks, chunked("x".repeat(50_000)));
  assertEquals(large.status, 502);
  assertEquals(both.good.requests.length, 1);
});
