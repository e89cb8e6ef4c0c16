import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { makeAccessLog } from "../helpers/access_log.ts";
import { Client } from "../helpers/client.ts";
import { Collector, type Span } from "../helpers/collector.ts";
import { deadAddress } from "../helpers/backend.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { ask, askAlone } from "../helpers/http_client.ts";
import { RawBackend } from "../helpers/raw_backend.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";
import { HANDSHAKE } from "../helpers/websocket.ts";

const [SERVER, CLIENT, ERROR] = [2, 3, 2];
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const ECHO = `export default {
  fetch: ({ headers }) => Response.json(Object.fromEntries(headers)),
};`;

function startProxy(
  ports: readonly number[],
  env: Record<string, string>,
  ...args: readonly string[]
): Promise<Server> {
  const upstreams = ports.flatMap((port) => ["--upstream", `127.0.0.1:${port}`]);
  const http = ["--service", "proxy", "--protocol", "http", "--health-check", "none"];
  return startServer([...http, ...upstreams, ...args], { env });
}

/** The only span of a service and a kind. */
function spanOf(spans: readonly Span[], service: string, kind: number): Span {
  const [span, ...others] = spans.filter((one) => one.service === service && one.kind === kind);
  if (span === undefined || others.length > 0) {
    throw new Error(`Expected one span of ${service}, found ${JSON.stringify(spans)}`);
  }
  return span;
}

const PAIRS = [
  { front: "pooled", back: "forked" },
  { front: "forked", back: "threaded" },
  { front: "async", back: "pooled" },
  { front: "pooled", back: "async" },
];

for (const { front, back } of PAIRS) {
  Deno.test(`a request through two servers is one trace: ${front}, then ${back}`, async () => {
    await using collector = new Collector();
    await using handler = await makeHandler(ECHO);
    await using log = await makeAccessLog();
    await using server = await startServer(
      [...handler.args, "--mode", back, ...log.args],
      { env: collector.env("back") },
    );
    await using proxy = await startProxy([server.port], collector.env("front"), "--mode", front);
    const { body, status } = await askAlone(proxy, "GET", "/a?secret=1");
    assertEquals(status, 200);
    const spans = await collector.received(3);
    const first = spanOf(spans, "front", SERVER);
    const attempt = spanOf(spans, "front", CLIENT);
    const last = spanOf(spans, "back", SERVER);
    assertEquals([first.parentSpanId, attempt.parentSpanId], ["", first.spanId]);
    assertEquals([last.parentSpanId, last.traceId], [attempt.spanId, first.traceId]);
    assertEquals(JSON.parse(body).traceparent, `00-${first.traceId}-${attempt.spanId}-01`);
    assertEquals([first.name, attempt.name, last.name], ["GET", "GET", "GET"]);
    assertEquals(first.attributes["http.response.status_code"], 200);
    assertEquals(attempt.attributes["server.port"], server.port);
    assertEquals(last.attributes["url.path"], "/a");
    const [record] = await log.records(1);
    assertEquals([record?.trace_id, record?.span_id], [last.traceId, last.spanId]);
    assertEquals(spans.map((span) => span.status.code), [0, 0, 0]);
  });
}

Deno.test("a valid traceparent is taken over, also by the handler's own requests", async () => {
  await using collector = new Collector();
  let sent: Readonly<Record<string, string>> = {};
  await using backend = await RawBackend.start(async ({ fields }, peer) => {
    sent = fields;
    await peer.send(OK);
  });
  await using handler = await makeHandler(`export default {
    async fetch() {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return new Response(await (await fetch("http://127.0.0.1:${backend.port}/")).text());
    },
  };`);
  await using server = await startServer(
    [...handler.args, "--mode", "pooled", "--workers", "1"],
    { env: collector.env("one") },
  );
  await askAlone(server, "GET", "/", { traceparent: PARENT });
  const spans = await collector.received(2);
  const own = spanOf(spans, "one", SERVER);
  const inner = spanOf(spans, "one", CLIENT);
  assertEquals([own.traceId, own.parentSpanId], [TRACE, PARENT.split("-")[2]]);
  assertEquals([inner.traceId, inner.parentSpanId], [TRACE, own.spanId]);
  assertEquals(sent["traceparent"], `00-${TRACE}-${inner.spanId}-01`);
});

Deno.test("a balancer begins anew where traceparent is invalid, without the tracestate", async () => {
  await using collector = new Collector();
  await using handler = await makeHandler(ECHO);
  await using server = await startServer([...handler.args, "--mode", "async"]);
  await using proxy = await startProxy([server.port], collector.env("front"));
  using client = await Client.connect(proxy);
  const invalid = [
    PARENT.toUpperCase(),
    `${PARENT}-00`,
    PARENT.replace("00-", "ff-"),
    PARENT.replace(TRACE, "0".repeat(32)),
    PARENT.replace("b7ad6b7169203331", "0".repeat(16)),
    `${PARENT}\r\ntraceparent: ${PARENT}`,
    "x",
  ];
  for (const traceparent of invalid) {
    const { body } = await ask(client, "GET", "/", { traceparent, tracestate: "a=1" });
    const { traceparent: outgoing, tracestate } = JSON.parse(body);
    assertMatch(outgoing, /^00-[\da-f]{32}-[\da-f]{16}-01$/);
    assertNotEquals(outgoing.split("-")[1], TRACE);
    assertEquals(tracestate, undefined);
  }
  const { body } = await ask(client, "GET", "/", { traceparent: PARENT, tracestate: "a=1" });
  assertEquals(JSON.parse(body).tracestate, "a=1");
  assertEquals(JSON.parse(body).traceparent.split("-")[1], TRACE);
});

Deno.test("each attempt of a balancer has a span, with what came of it", async () => {
  await using collector = new Collector();
  await using good = await RawBackend.start((_, peer) => peer.send(OK));
  await using bad = await RawBackend.start((_, peer) => peer.send(OK.replace("200 OK", "503 No")));
  const dead = deadAddress();
  if (dead.transport !== "tcp") throw new Error("Expected a port");
  const ports = [dead.port, bad.port, good.port];
  const args = ["--retries", "2", "--retry-on", "503", "--balance", "round-robin"];
  await using proxy = await startProxy(ports, collector.env("front"), "--mode", "async", ...args);
  using client = await Client.connect(proxy);
  // Wherever the policy begins, one of so many requests meets all three.
  for (let i = 0; i < 3; i++) assertEquals((await ask(client, "GET", "/")).status, 200);
  await until(
    "a span says that its request was sent for the third time",
    () => collector.spans.some(({ attributes }) => attributes["http.request.resend_count"] === 2),
  );
  const { traceId, parentSpanId } = collector.spans.find(({ attributes }) =>
    attributes["http.request.resend_count"] === 2
  ) as Span;
  const attempts = () => collector.spans.filter((span) => span.parentSpanId === parentSpanId);
  await until("its spans have come", () => attempts().length >= 3);
  const found = attempts().map(({ attributes, status }) => [
    attributes["server.port"],
    attributes["error.type"],
    attributes["http.response.status_code"],
    status.code,
  ]);
  assertEquals(
    new Set(found.map((one) => one.join())),
    new Set([
      [dead.port, "connection_refused", undefined, ERROR].join(),
      [bad.port, "503", 503, ERROR].join(),
      [good.port, undefined, 200, 0].join(),
    ]),
  );
  await until(
    "the server's span has come",
    () => collector.spans.some((span) => span.spanId === parentSpanId && span.traceId === traceId),
  );
});

Deno.test("OTEL_TRACES_SAMPLER decides what is sent, and the parent before it", async () => {
  await using collector = new Collector();
  await using handler = await makeHandler(ECHO);
  await using log = await makeAccessLog();
  const sampler = { OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" };
  await using server = await startServer([...handler.args, "--mode", "async", ...log.args], {
    env: collector.env("back", sampler),
  });
  await using proxy = await startProxy([server.port], collector.env("front", sampler));
  using client = await Client.connect(proxy);
  const { body } = await ask(client, "GET", "/none");
  assertMatch(JSON.parse(body).traceparent, /^00-[\da-f]{32}-[\da-f]{16}-00$/);
  await ask(client, "GET", "/of-parent", { traceparent: PARENT.replace(/1$/, "0") });
  await ask(client, "GET", "/sampled", { traceparent: PARENT });
  const spans = await collector.received(3);
  assertEquals(new Set(spans.map((span) => span.traceId)), new Set([TRACE]));
  assertEquals(spans.filter((span) => span.kind === SERVER).length, 2);
  assertEquals(
    spans.map((span) => span.attributes["url.path"] ?? "/sampled"),
    Array(3).fill("/sampled"),
  );
  const [first] = await log.records(3);
  assertEquals(first?.trace_id, JSON.parse(body).traceparent.split("-")[1]);
});

Deno.test("by default, a request is not sampled if its sender has not sampled it", async () => {
  await using collector = new Collector();
  await using server = await startServer(["--service", "http", "--mode", "async"], {
    env: collector.env("one"),
  });
  await askAlone(server, "GET", "/no", { traceparent: PARENT.replace(/1$/, "0") });
  await askAlone(server, "GET", "/yes");
  const [span, ...others] = await collector.received(1);
  assertEquals([span?.attributes["url.path"], others.length], ["/yes", 0]);
});

Deno.test("the span of a failed request is an error, and names its route and what was thrown", async () => {
  await using collector = new Collector();
  await using handler = await makeHandler(`import { defineRoutes } from "sluice";
    export default { routes: defineRoutes({
      "GET /users/:id": () => {
        console.log("works");
        throw new RangeError("a reason");
      },
    }) };`);
  await using server = await startServer([...handler.args, "--mode", "pooled", "--workers", "1"], {
    env: collector.env("one"),
  });
  assertEquals((await askAlone(server, "GET", "/users/7")).status, 500);
  const [span] = await collector.received(1);
  assertEquals([span?.name, span?.attributes["http.route"]], ["GET /users/:id", "/users/:id"]);
  assertEquals([span?.status.code, span?.attributes["error.type"]], [ERROR, "RangeError"]);
  for (const message of ["works", "Request failed"]) {
    const record = await server.logged(message);
    assertEquals([record["trace_id"], record["span_id"]], [span?.traceId, span?.spanId]);
    assertEquals(record["sluice.request.id"], span?.attributes["sluice.request.id"]);
  }
});

Deno.test("the spans of a request whose client leaves are errors", async () => {
  await using collector = new Collector();
  await using backend = await RawBackend.start(async (_, peer) => {
    await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    await peer.left;
  });
  await using proxy = await startProxy([backend.port], collector.env("front"));
  using client = await Client.connect(proxy);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.receive(1);
  // With unread data, this resets the connection.
  client.close();
  const spans = await collector.received(2);
  for (const { status, attributes } of spans) {
    assertEquals([status.code, attributes["error.type"]], [ERROR, "aborted"]);
  }
});

Deno.test("the spans of a request whose backend leaves are errors", async () => {
  await using collector = new Collector();
  await using backend = await RawBackend.start(async (_, peer) => {
    await peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    peer.end();
  });
  await using proxy = await startProxy([backend.port], collector.env("front"));
  using client = await Client.connect(proxy);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.receiveAll();
  const spans = await collector.received(2);
  const types = [CLIENT, SERVER].map((kind) =>
    spanOf(spans, "front", kind).attributes["error.type"]
  );
  assertEquals(types, ["http_response_incomplete", "aborted"]);
  const record = await proxy.logged("Response cut off");
  assertEquals(record["trace_id"], spans[0]?.traceId);
});

Deno.test("the span of a WebSocket ends with its handshake", async () => {
  await using collector = new Collector();
  await using handler = await makeHandler(`export default {
    fetch(request, info) {
      const { socket, response } = info.upgrade(request);
      socket.onmessage = ({ data }) => socket.send(data);
      return response;
    },
  };`);
  await using server = await startServer([...handler.args, "--mode", "async"], {
    env: collector.env("back"),
  });
  await using proxy = await startProxy([server.port], collector.env("front"));
  using client = await Client.connect(proxy);
  await client.send(
    `GET / HTTP/1.1\r\n${
      Object.entries(HANDSHAKE).map(([name, value]) => `${name}: ${value}\r\n`)
        .join("")
    }\r\n`,
  );
  await client.receiveUntil("\r\n\r\n");
  const spans = await collector.received(3);
  assertEquals(spans.map(({ attributes }) => attributes["http.response.status_code"]), [
    ...Array(3).fill(101),
  ]);
});

Deno.test("spans are sent before a server exits", async () => {
  await using collector = new Collector();
  const env = collector.env("one", { OTEL_BSP_SCHEDULE_DELAY: "600000" });
  for (const mode of ["pooled", "forked"]) {
    await using server = await startServer(
      ["--service", "http", "--mode", mode, "--workers", "1"],
      { env },
    );
    await askAlone(server, "GET", `/${mode}`);
    assertEquals(collector.spans.some((span) => span.attributes["url.path"] === `/${mode}`), false);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(collector.spans.some((span) => span.attributes["url.path"] === `/${mode}`), true);
  }
});

Deno.test("without OTEL_DENO, nothing is sent, and a balancer passes the trace on as it came", async () => {
  await using collector = new Collector();
  await using handler = await makeHandler(ECHO);
  const env = { ...collector.env("one"), OTEL_DENO: "false" };
  await using server = await startServer([...handler.args, "--mode", "async"], { env });
  await using proxy = await startProxy([server.port], env);
  const traceparent = PARENT.toUpperCase();
  const { body } = await askAlone(proxy, "GET", "/", { traceparent, tracestate: "a=1,b" });
  const seen = JSON.parse(body);
  assertEquals([seen.traceparent, seen.tracestate], [traceparent, "a=1,b"]);
  for (const one of [proxy, server]) {
    one.kill("SIGTERM");
    assertEquals(await one.exited, 0);
  }
  assertEquals(collector.requests, 0);
});
