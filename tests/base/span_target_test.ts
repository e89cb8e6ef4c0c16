import { assertEquals } from "@std/assert";
import { spanTargetOf } from "../../src/base/span_target.ts";

Deno.test("spanTargetOf() has OpenTelemetry's defaults", () => {
  assertEquals(spanTargetOf({}), {
    url: "http://localhost:4318/v1/traces",
    headers: {},
    format: "protobuf",
    ...{ timeout: 10_000, delay: 5_000, queue: 2_048, batch: 512 },
    resource: { "service.name": "unknown_service" },
  });
});

Deno.test("spanTargetOf() prefers the variables of traces to those of all signals", () => {
  const all = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "https://a.test:1/base/",
    OTEL_EXPORTER_OTLP_HEADERS: "x=1,y=a%20b",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_TIMEOUT: "100",
  };
  const { url, headers, format, timeout } = spanTargetOf(all);
  assertEquals(url, "https://a.test:1/base/v1/traces");
  assertEquals([headers, format, timeout], [{ x: "1", y: "a b" }, "json", 100]);
  const own = spanTargetOf({
    ...all,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://b.test/t",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "y=2",
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf",
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "200",
  });
  assertEquals(own.url, "http://b.test/t");
  assertEquals([own.headers, own.format, own.timeout], [{ x: "1", y: "2" }, "protobuf", 200]);
});

Deno.test("spanTargetOf() takes the service's name before the one among the resource's attributes", () => {
  const OTEL_RESOURCE_ATTRIBUTES = "service.name=a,b=1%2C2, =x,c";
  assertEquals(spanTargetOf({ OTEL_RESOURCE_ATTRIBUTES }).resource, {
    "service.name": "a",
    b: "1,2",
  });
  const named = spanTargetOf({ OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME: "shop" });
  assertEquals(named.resource["service.name"], "shop");
});

Deno.test("spanTargetOf() takes the default for what is no number above 0, and no batch above the queue", () => {
  const of = (OTEL_BSP_SCHEDULE_DELAY: string) => spanTargetOf({ OTEL_BSP_SCHEDULE_DELAY }).delay;
  assertEquals(["20", "0", "-1", "x", ""].map(of), [20, 5_000, 5_000, 5_000, 5_000]);
  const { queue, batch } = spanTargetOf({ OTEL_BSP_MAX_QUEUE_SIZE: "100" });
  assertEquals([queue, batch], [100, 100]);
});
