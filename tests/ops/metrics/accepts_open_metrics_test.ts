import { assertEquals } from "@std/assert";
import { acceptsOpenMetrics } from "../../../src/ops/metrics/accepts_open_metrics.ts";

const CASES: readonly [accept: string | null, isOpen: boolean][] = [
  [null, false],
  ["", false],
  ["*/*", false],
  ["text/plain", false],
  ["text/html,application/xhtml+xml,*/*;q=0.8", false],
  ["application/openmetrics-text", true],
  ["application/openmetrics-text; version=0.0.1", true],
  ["application/openmetrics-text;version=1.0.0;charset=utf-8", true],
  ["application/openmetrics-text;version=2.0.0", false],
  ['Application/OpenMetrics-Text; Version="1.0.0"', true],
  ["application/openmetrics-text;q=0", false],
  ["application/openmetrics-text;q=nonsense", false],
  ["application/openmetrics-text;q=0.5,text/plain;q=0.9", false],
  ["application/openmetrics-text;q=0.5,*/*;q=0.9", false],
  ["application/openmetrics-text;q=0.5,text/plain;q=0.4,*/*;q=0.9", true],
  // Prometheus 2.42.
  [
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75," +
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    true,
  ],
  // Prometheus 3, first with protobuf for native histograms, then without.
  [
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;" +
    "q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5," +
    "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3," +
    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
    true,
  ],
  ["text/plain;version=0.0.4;q=0.9,application/openmetrics-text;version=1.0.0;q=0.8", false],
];

Deno.test("acceptsOpenMetrics() tells whether a client prefers it", () => {
  for (const [accept, isOpen] of CASES) {
    assertEquals(acceptsOpenMetrics(accept), isOpen, String(accept));
  }
});
