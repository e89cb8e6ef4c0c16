import { assert, assertEquals, assertMatch } from "@std/assert";
import { cpuClock } from "../../../src/base/cpu_clock.ts";
import { DURATION_BOUNDS } from "../../../src/lane/durations.ts";
import { metricsPage } from "../../../src/ops/metrics/metrics.ts";
import { METRIC_FAMILIES } from "../../../src/ops/metrics/registry.ts";
import type { Status } from "../../../src/ops/status/status.ts";
import { fullStatus, sampleBackend } from "../../helpers/full_status.ts";
import { sampleLane, sampleStatus, sampleTotals } from "../../helpers/sample_status.ts";
import { findTool, testWith } from "../../helpers/tools.ts";

// Opens the C library for good, so it must not look like a leak of a test.
const clock = cpuClock();

const OPEN_METRICS = "application/openmetrics-text;version=1.0.0";
const METRICS = METRIC_FAMILIES.flatMap(({ metrics }) => metrics);

/** The samples of a page: the value of each name with its labels. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), Number(line.slice(end + 1))];
  }));
}

async function pageOf(status: Status, accept: string | null = null): Promise<string> {
  return (await metricsPage(status, accept)).text;
}

async function promtool(text: string) {
  const child = new Deno.Command(findTool("promtool") ?? "promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("metricsPage() has every metric of a status that has everything, and no sample twice", async () => {
  const text = await pageOf(fullStatus());
  for (const { name, type } of METRICS) assert(text.includes(`# TYPE ${name} ${type}\n`), name);
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assertEquals(lines.length, samplesOf(text).size);
});

Deno.test("metricsPage() has the values of the status, in base units", async () => {
  const samples = samplesOf(await pageOf(fullStatus()));
  const expected = {
    "sluice_connections_accepted_total": 1000,
    'sluice_connections_refused_total{reason="untrusted"}': 4,
    'sluice_connections_ended_total{by="timeout",phase="reading"}': 5,
    'sluice_http_server_requests_total{method="GET",status="2xx"}': 990,
    'sluice_lanes{state="ready"}': 1,
    'sluice_lanes{state="hung"}': 1,
    'sluice_lane_busy_ratio{lane="1"}': 0.75,
    'sluice_backend_state{upstream="api",backend="10.0.0.2:8080",state="down"}': 1,
    'sluice_backend_state{upstream="api",backend="10.0.0.2:8080",state="up"}': 0,
    'sluice_backend_ejected{upstream="api",backend="10.0.0.2:8080"}': 1,
    'sluice_backend_latency_seconds{upstream="api",backend="10.0.0.1:8080"}': 0.0125,
    "sluice_saturation_ratio": 0.8,
    'sluice_saturation_kind_ratio{kind="wait"}': 0.2,
    'sluice_reloads_total{result="failure"}': 1,
    'sluice_log_records_total{level="warning"}': 3,
    'sluice_dependency_up{dependency="cache",required="true"}': 1,
    "process_cpu_seconds_total": 12.25,
    "process_start_time_seconds": Date.parse("2026-11-21T11:59:00.000Z") / 1000,
  };
  for (const [name, value] of Object.entries(expected)) {
    assertEquals(samples.get(name), value, name);
  }
});

Deno.test("metricsPage() adds up the buckets of a histogram, to the count", async () => {
  const counts = DURATION_BOUNDS.map(() => 1);
  const totals = sampleTotals({ durations: { counts: [...counts, 1], sum_s: 99.5 } });
  const samples = samplesOf(await pageOf(sampleStatus({ totals })));
  const name = "sluice_http_server_request_duration_seconds";
  DURATION_BOUNDS.forEach((bound, i) =>
    assertEquals(samples.get(`${name}_bucket{le="${bound}"}`), i + 1)
  );
  const all = DURATION_BOUNDS.length + 1;
  assertEquals(samples.get(`${name}_bucket{le="+Inf"}`), all);
  assertEquals(samples.get(`${name}_count`), all);
  assertEquals(samples.get(`${name}_sum`), 99.5);
});

Deno.test("metricsPage() leaves out what is not known", async () => {
  const text = await pageOf(sampleStatus({ accept_queue: { length: null, overflows: null } }));
  for (const name of ["accept_queue_length", "backend_state", "http_server_requests_total"]) {
    assert(!text.includes(`sluice_${name}`), name);
  }
  assert(!text.includes("process_open_fds"));
});

Deno.test("metricsPage() escapes any text in labels", async () => {
  const service = 'C:\\new "app"\n# HELP x\r\u2028\0é😀';
  const text = await pageOf(sampleStatus({ service }));
  assert(text.includes('service="C:\\\\new \\"app\\"\\n# HELP x\r\u2028\0é😀"} 1\n'), text);
});

Deno.test("metricsPage() ends OpenMetrics with EOF, and names counters there without _total", async () => {
  const { contentType, text } = await metricsPage(fullStatus(), OPEN_METRICS);
  assertEquals(contentType, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  assert(text.endsWith("\n# EOF\n"));
  assert(!text.includes("\n\n"), "OpenMetrics has no empty lines");
  assertMatch(
    text,
    /^# TYPE sluice_connections_accepted counter\nsluice_connections_accepted_total 1000$/m,
  );
  const plain = await pageOf(fullStatus());
  assertEquals(samplesOf(text), samplesOf(plain));
});

Deno.test("metricsPage() gives the same status the same page each time", async () => {
  const status = fullStatus();
  const pages = await Promise.all([pageOf(status, OPEN_METRICS), pageOf(status)]);
  assertEquals(await Promise.all([pageOf(status, OPEN_METRICS), pageOf(status)]), pages);
});

Deno.test("METRIC_FAMILIES names each metric once, by the conventions, with its labels", () => {
  assertEquals(new Set(METRICS.map(({ name }) => name)).size, METRICS.length);
  for (const { name, type, help, labels, read } of METRICS) {
    assertMatch(name, /^(sluice|process)_[a-z_]+$/);
    assertEquals(name.endsWith("_total"), type === "counter", name);
    assertMatch(help, /^[A-Z0-9][^"\\\n]+\.$/, name);
    for (const sample of read(fullStatus())) {
      const found = Object.keys(sample.labels).filter((label) => label !== "le");
      assertEquals(found, labels, name);
    }
  }
});

testWith("promtool", "metricsPage() gives promtool nothing to say", async () => {
  for (const status of [fullStatus(), sampleStatus(), fullStatus({ service: 'a"\\\n' })]) {
    assertEquals(await promtool(await pageOf(status)), { code: 0, text: "" });
  }
});

Deno.test("metricsPage() is quick with a thousand lanes and two hundred backends", async () => {
  const full = fullStatus();
  const lanes = Array.from({ length: 1000 }, (_, lane) => sampleLane({ lane }));
  const backends = Array.from(
    { length: 200 },
    (_, i) => sampleBackend({ address: `10.0.1.${i}:80` }),
  );
  const upstreams = full.upstreams.map((group) => ({ ...group, backends }));
  const status = { ...full, lanes, upstreams };
  await pageOf(status);
  const before = clock();
  await pageOf(status);
  const took = clock() - before;
  // Measured: 30 ms. Far more than any machine needs, unless it grows with the square.
  assert(took < 2000, `it took ${took} ms of CPU time`);
});
