/** Copies of requests that are sent to a second group. */
import { assert, assertEquals } from "@std/assert";
import { formatAddress } from "../../../../src/base/address.ts";
import { deadAddress } from "../../../helpers/backend.ts";
import { Client } from "../../../helpers/client.ts";
import {
  ask,
  askAlone,
  chunk,
  receiveResponse,
  requestText,
} from "../../../helpers/http_client.ts";
import { type RouteSettings, startRoutes } from "../../../helpers/http_routes.ts";
import { always, type RawAnswer, RawBackend, rawResponse } from "../../../helpers/raw_backend.ts";
import { until } from "../../../helpers/until.ts";

const FINE = rawResponse("fine");

/** What a test can set besides what the backends answer. */
interface MirrorOptions {
  readonly route?: RouteSettings;
  readonly copies?: RouteSettings;
  readonly args?: readonly string[];
}

/** A balancer that sends requests to one backend, and copies to another. */
async function startMirror(
  own: RawAnswer,
  copied: RawAnswer,
  { route = {}, copies = {}, args = [] }: MirrorOptions = {},
) {
  await using stack = new AsyncDisposableStack();
  const main = stack.use(await RawBackend.start(own));
  const copy = stack.use(await RawBackend.start(copied));
  const { server } = stack.use(
    await startRoutes(
      { main: [main.address], copy: { upstream: [copy.address], ...copies } },
      [{ path: "/", upstream: "main", mirror: "copy", ...route }],
      ...["--log-level", "debug", ...args],
    ),
  );
  const started = stack.move();
  return { main, copy, server, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

/** Answers with a text, once the body has come. */
function afterBody(text = FINE): RawAnswer {
  return async (request, peer) => {
    await request.body();
    await peer.send(text);
  };
}

Deno.test("a copy has the fields of the route, the rewritten path, the body and the id of the request", async () => {
  await using all = await startMirror(afterBody(), afterBody(), {
    route: { path: "/app", rewrite: "/v2", "set-request-headers": ["X-Tier: gold"] },
  });
  const text = requestText("POST", "/app/x?y", { "Transfer-Encoding": "chunked" }) +
    chunk("hello") +
    chunk("you") + "0\r\nX-Sum: 8\r\n\r\n";
  using client = await Client.connect(all.server);
  await client.send(text);
  assertEquals((await receiveResponse(client)).body, "fine");
  await until("the copy is there", () => all.copy.requests.length === 1);
  const [own, copy] = [all.main.request(0), all.copy.request(0)];
  assertEquals(copy.startLine, "POST /v2/x?y HTTP/1.1");
  assertEquals(copy.head, own.head);
  assertEquals(copy.fields["x-tier"], "gold");
  const contentOf = (body: string) => body.replaceAll(/[\da-f]+\r\n|\r\n/g, "");
  assertEquals(contentOf(await copy.body()), contentOf(await own.body()));
  assert((await copy.body()).endsWith("0\r\nx-sum: 8\r\n\r\n"));
});

Deno.test("connections for copies are kept", async () => {
  let answered = 0;
  await using all = await startMirror(afterBody(), async (request, peer) => {
    await afterBody()(request, peer);
    answered++;
  });
  using client = await Client.connect(all.server);
  for (let i = 1; i <= 10; i++) {
    await ask(client, i % 2 === 0 ? "GET" : "PUT", "/", {}, i % 2 === 0 ? "" : "hello");
    await until("the copy is answered", () => answered === i);
  }
  // The next request may come before the balancer has read the answer, but not each time.
  assert(all.copy.accepted <= 3, `${all.copy.accepted} connections`);
});

Deno.test("a body is copied only up to --retry-buffer of the second group", async () => {
  await using all = await startMirror(afterBody(), afterBody(), {
    copies: { "retry-buffer": "10kb" },
  });
  using client = await Client.connect(all.server);
  const large = "x".repeat(10_241);
  await ask(client, "POST", "/length", {}, large);
  const chunks = { "Transfer-Encoding": "chunked" };
  await ask(client, "POST", "/chunks", chunks, `${chunk(large)}0\r\n\r\n`);
  await ask(client, "POST", "/short", {}, large.slice(1));
  await until("the copy is there", () => all.copy.requests.length > 0);
  assertEquals((await all.copy.request(0).body()).length, 10_240);
  assertEquals(all.copy.requests.map(({ startLine }) => startLine), ["POST /short HTTP/1.1"]);
  assertEquals(all.main.requests.length, 3);
});

Deno.test("a request for another protocol is not copied, nor one whose body was not asked for", async () => {
  let isRefused = true;
  await using all = await startMirror(async (request, peer) => {
    const waits = request.fields["expect"] !== undefined;
    if (waits && !isRefused) await peer.send("HTTP/1.1 100 Continue\r\n\r\n");
    if (waits && isRefused) {
      await peer.send(rawResponse("no", ["Connection: close"], "403 Forbidden"));
      return peer.end();
    }
    await request.body();
    await peer.send(FINE);
  }, afterBody());
  const upgrade = { Connection: "Upgrade", Upgrade: "other" };
  assertEquals((await askAlone(all.server, "GET", "/upgrade", upgrade)).body, "fine");
  const waiting = requestText("PUT", "/waits", { Expect: "100-continue", "Content-Length": 5 });
  {
    using client = await Client.connect(all.server);
    await client.send(waiting);
    assertEquals((await receiveResponse(client)).status, 403);
  }
  isRefused = false;
  using client = await Client.connect(all.server);
  await client.send(waiting);
  assertEquals((await receiveResponse(client)).status, 100);
  await client.send("hello");
  assertEquals((await receiveResponse(client)).body, "fine");
  await until("the copy is there", () => all.copy.requests.length > 0);
  const [copy, ...others] = all.copy.requests;
  assertEquals([copy?.startLine, others.length], ["PUT /waits HTTP/1.1", 0]);
  assertEquals(copy?.fields["expect"], undefined);
  assertEquals(await copy?.body(), "hello");
});

Deno.test("copies at a time are bounded by the limit of the second group", async () => {
  await using all = await startMirror(
    always(FINE),
    async (_request, peer) => await peer.left,
    { copies: { "upstream-max-requests": 3 } },
  );
  using client = await Client.connect(all.server);
  for (let i = 0; i < 10; i++) assertEquals((await ask(client, "GET", "/")).body, "fine");
  await all.server.logged(({ message, ...others }) =>
    message === "Mirrored request failed" &&
    others["error.message"] === "too many are in progress"
  );
  await until("three are there", () => all.copy.requests.length === 3);
  assertEquals([all.copy.accepted, all.copy.open], [3, 3]);
  // What is in progress does not hold up the end of the server.
  all.server.kill("SIGTERM");
  client[Symbol.dispose]();
  assertEquals(await all.server.exited, 0);
});

Deno.test("a response to a copy that is long is given up, and others are read to their end", async () => {
  const long = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`;
  let isGivenUp = false;
  await using all = await startMirror(always(FINE), async ({ startLine }, peer) => {
    if (!startLine.includes("/endless")) return await peer.send(rawResponse("x".repeat(200_000)));
    await peer.send(long);
    await peer.send(chunk("x".repeat(5_000_000)));
    await peer.left;
    isGivenUp = true;
  });
  using client = await Client.connect(all.server);
  await until("a connection is used again", async () => {
    await ask(client, "GET", "/");
    return all.copy.requests.some(({ number }) => number > 1);
  });
  await ask(client, "GET", "/endless");
  await until("it is given up", () => isGivenUp);
  assertEquals(all.server.records("Mirrored request failed"), []);
});

const FAILURES: Readonly<Record<string, RawAnswer>> = {
  "resets the connection": (_request, peer) => peer.reset(),
  "answers with garbage": always("garbage\r\n\r\n"),
  "ends the connection": (_request, peer) => peer.end(),
  "switches protocols unasked": always(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
  ),
};

for (const [what, answer] of Object.entries(FAILURES)) {
  Deno.test(`a backend that gets copies ${what}: no client notices, and it counts`, async () => {
    await using all = await startMirror(always(FINE), answer, {
      copies: { "fail-limit": 2, "min-healthy": 0 },
    });
    using client = await Client.connect(all.server);
    for (let i = 1; i <= 2; i++) {
      assertEquals((await ask(client, "POST", "/", {}, "x")).body, "fine");
      await until(
        "it has failed",
        () => all.server.records("Mirrored request failed").length === i,
      );
    }
    await all.server.logged("Backend fails, and is used: too few others");
    assertEquals(all.server.records(({ severity }) => severity === "ERROR"), []);
  });
}

Deno.test("a response to a copy that is cut off is no concern of the client", async () => {
  const cut = rawResponse("x".repeat(100)).slice(0, -1);
  await using all = await startMirror(always(FINE), async (_request, peer) => {
    await peer.send(cut);
    peer.end();
  });
  using client = await Client.connect(all.server);
  for (let i = 0; i < 5; i++) assertEquals((await ask(client, "GET", "/")).body, "fine");
  await all.server.logged("Mirrored request failed");
  assertEquals(all.server.records("Response cut off"), []);
});

Deno.test("a second group that refuses connections costs the clients nothing", async () => {
  const dead = formatAddress(deadAddress());
  await using all = await startMirror(always(FINE), always(FINE), { copies: { upstream: [dead] } });
  using client = await Client.connect(all.server);
  for (let i = 0; i < 20; i++) assertEquals((await ask(client, "GET", "/")).body, "fine");
  await all.server.logged("Mirrored request failed");
  assertEquals(all.server.records("Request failed"), []);
});
