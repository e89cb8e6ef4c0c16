import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Collector, type Span, WITHOUT_RUNTIME } from "../helpers/collector.ts";
import { makeForeignHandler } from "../helpers/handlers.ts";
import { askAlone } from "../helpers/http_client.ts";
import { RawBackend } from "../helpers/raw_backend.ts";
import { startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

const [SERVER, CLIENT, INTERNAL] = [2, 3, 1];
const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED = PARENT.replace(/1$/, "0");
const WORKER = ["--mode", "pooled", "--workers", "1"];

/** With its own copy of the API. Makes a span of its own after it has waited, and sends a request in it to the URL of the query. */
const TRACED = `
  import { trace } from "npm:@opentelemetry/api@1.10.0";
  const tracer = trace.getTracer("app");
  export default {
    async fetch(request) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return await tracer.startActiveSpan("work", async (span) => {
        const url = new URL(request.url).searchParams.get("url");
        const sent = url === null ? null : await fetch(url, { headers: { "x-own": "1" } });
        span.end();
        return new Response(sent === null ? "" : await sent.text());
      });
    },
  };`;

function only(spans: readonly Span[], kind: number): Span {
  const found = spans.filter((span) => span.kind === kind);
  assertEquals(found.length, 1, JSON.stringify(spans));
  return found[0] as Span;
}

const PLACES = [["--mode", "async"], WORKER, [...WORKER, "--sandbox"], ["--mode", "forked"]];
for (const [how, own] of [["the runtime", {}], ["the server", WITHOUT_RUNTIME]] as const) {
  for (const place of PLACES) {
    Deno.test(`${how} makes children of what a handler does: ${place.join(" ")}`, async () => {
      await using collector = new Collector();
      await using backend = await RawBackend.start(({ fields }, peer) =>
        peer.send(
          `HTTP/1.1 200 OK\r\nContent-Length: 57\r\n\r\n${fields["traceparent"]} ${
            fields["x-own"]
          }`,
        )
      );
      await using handler = await makeForeignHandler(TRACED);
      const env = collector.env("one", own);
      await using server = await startServer([...handler.args, ...place], { env });
      const url = `http://127.0.0.1:${backend.port}/a?secret`;
      const { body } = await askAlone(server, "GET", `/?url=${encodeURIComponent(url)}`);
      const spans = await collector.received(3);
      const [ours, work, sent] = [SERVER, INTERNAL, CLIENT].map((kind) => only(spans, kind));
      assertEquals(work?.parentSpanId, ours?.spanId);
      assertEquals(sent?.parentSpanId, work?.spanId);
      assertEquals(body, `00-${ours?.traceId}-${sent?.spanId}-01 1`);
      // The runtime sends it as a text.
      assertEquals(Number(sent?.attributes["http.response.status_code"]), 200);
    });
  }

  Deno.test(`${how} sends no span of a handler whose request is not sampled by its sender`, async () => {
    await using collector = new Collector();
    // The runtime has to be told of the default when it starts, as it does again for such a handler.
    await using handler = await makeForeignHandler(TRACED);
    const env = collector.env("one", own);
    await using server = await startServer([...handler.args, ...WORKER], { env });
    await askAlone(server, "GET", "/", { traceparent: UNSAMPLED });
    await askAlone(server, "GET", "/", { traceparent: PARENT });
    await collector.received(2);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals(collector.spans.map(({ kind }) => kind).sort(), [INTERNAL, SERVER]);
  });
}

Deno.test("spans of the server's own go where the variables for traces say, with fields and resource", async () => {
  await using collector = new Collector();
  const env = collector.env("one", {
    ...WITHOUT_RUNTIME,
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/of/v1/traces`,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20x, x-b = 2",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,service.name=other",
  });
  await using server = await startServer(["--service", "http", ...WORKER], { env });
  await askAlone(server, "GET", "/a");
  const [span] = await collector.received(1);
  assertEquals([collector.fields["authorization"], collector.fields["x-b"]], ["Basic x", "2"]);
  assertEquals(span?.resource["service.name"], "one");
  assertEquals(span?.resource["deployment.environment.name"], "test");
  // The runtime has another name.
  assertEquals(span?.resource["telemetry.sdk.name"], "opentelemetry");
});

Deno.test("spans of the server's own are sent as protobuf unless JSON is wanted", async () => {
  let [path, type, bytes] = ["", "", 0];
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  await using collector = Deno.serve(options, async (request) => {
    [path, type] = [new URL(request.url).pathname, request.headers.get("content-type") ?? ""];
    bytes = (await request.bytes()).length;
    return new Response();
  });
  const env = {
    ...WITHOUT_RUNTIME,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}/`,
    OTEL_BSP_SCHEDULE_DELAY: "50",
  };
  await using server = await startServer(["--service", "http", ...WORKER], { env });
  await askAlone(server, "GET", "/a");
  await until("spans have come", () => bytes > 0);
  assertEquals([path, type], ["/v1/traces", "application/x-protobuf"]);
});

Deno.test("a collector that takes no spans costs one warning, without its password", async () => {
  await using collector = new Collector();
  collector.status = 503;
  const env = collector.env("one", {
    ...WITHOUT_RUNTIME,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url.replace("//", "//me:hidden@"),
    OTEL_BSP_SCHEDULE_DELAY: "1",
  });
  await using server = await startServer(["--service", "http", ...WORKER], { env });
  const begun = performance.now();
  await askAlone(server, "GET", "/a");
  const record = await server.logged("Spans lost");
  assertStringIncludes(record.message, "503");
  assertEquals(record["sluice.spans.lost"], 1);
  for (let i = 0; i < 20; i++) assertEquals((await askAlone(server, "GET", "/")).status, 200);
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assertEquals(server.records("Spans lost").length, 1);
  // It was asked once, and then left alone for five seconds at a time.
  const most = 1 + Math.floor((performance.now() - begun) / 5000);
  assert(collector.requests >= 1 && collector.requests <= most, `${collector.requests} requests`);
  assert(!JSON.stringify(server.log).includes("hidden"));
});

Deno.test("a collector that does not answer keeps the server only seconds from exiting", async () => {
  const silent = Promise.withResolvers<void>();
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const collector = Deno.serve(options, async () => {
    await silent.promise;
    return new Response();
  });
  const env = {
    ...WITHOUT_RUNTIME,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.addr.port}`,
    OTEL_BSP_SCHEDULE_DELAY: "600000",
  };
  await using server = await startServer(["--service", "http", ...WORKER], { env });
  await askAlone(server, "GET", "/a");
  const from = performance.now();
  server.kill("SIGTERM");
  assertEquals(await server.exited, 0);
  assert(performance.now() - from < 20_000);
  silent.resolve();
  await collector.shutdown();
});

Deno.test("spans of the server's own are sent before it exits, also after a reload", async () => {
  await using collector = new Collector();
  const env = collector.env("one", { ...WITHOUT_RUNTIME, OTEL_BSP_SCHEDULE_DELAY: "600000" });
  for (const mode of ["async", "pooled", "forked"]) {
    await using server = await startServer(
      ["--service", "http", "--mode", mode, ...mode === "async" ? [] : ["--workers", "1"]],
      { env },
    );
    const paths = () => collector.spans.map(({ attributes }) => attributes["url.path"]);
    await askAlone(server, "GET", `/${mode}/1`);
    assertEquals(paths().includes(`/${mode}/1`), false);
    if (mode !== "async") {
      server.kill("SIGHUP");
      await until("the old lane's spans have come", () => paths().includes(`/${mode}/1`));
    }
    await askAlone(server, "GET", `/${mode}/2`);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assertEquals([1, 2].map((i) => paths().includes(`/${mode}/${i}`)), [true, true]);
  }
});
