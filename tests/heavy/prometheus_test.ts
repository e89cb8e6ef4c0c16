import { assert, assertEquals } from "@std/assert";
import { DURATION_BOUNDS } from "../../src/lane/durations.ts";
import { makeHandler } from "../helpers/handlers.ts";
import { workers } from "../helpers/modes.ts";
import { startPrometheus } from "../helpers/prometheus.ts";
import { startServer } from "../helpers/server.ts";
import { missingTools, runTool, testUnless } from "../helpers/tools.ts";

const [missing] = missingTools(["prometheus", "wrk"]);
const OBSTACLE = missing === undefined ? null : `${missing} is not installed`;

/** Takes 20 ms, and 250 ms three times in a hundred: far longer than a request waits for its turn. */
const HANDLER = `let requests = 0;
export default {
  async fetch() {
    const time = requests++ % 100 < 3 ? 250 : 20;
    await new Promise((resolve) => setTimeout(resolve, time));
    return new Response("done");
  },
};`;

/** How long the load lasts, in seconds, and the part of it that is asked for: all but its edges. */
const LOAD = 17;
const WINDOW = 16;
const EDGE = 0.5;
const DURATION = "sluice_http_server_request_duration_seconds_bucket";
const RATE = `sum(rate(sluice_http_server_requests_total[${WINDOW}s]))`;
const P99 = `histogram_quantile(0.99, sum by (le) (rate(${DURATION}[${WINDOW}s])))`;

/** Runs wrk; returns what it has measured, and when it ended in seconds since 1970. */
async function runWrk(port: number): Promise<{ rate: number; p99: number; ended: number }> {
  const { stdout } = await runTool("wrk", [
    ...["-t", "1", "-c", "40", "-d", `${LOAD}s`, "--latency", `http://127.0.0.1:${port}/`],
  ]);
  const ended = Date.now() / 1000;
  const [, rate] = /^Requests\/sec:\s+([\d.]+)$/m.exec(stdout) ?? [];
  const [, p99, unit] = /^\s+99%\s+([\d.]+)(us|ms|s)$/m.exec(stdout) ?? [];
  assert(rate !== undefined && p99 !== undefined, `wrk printed: ${stdout}`);
  const perSecond = { us: 1e6, ms: 1e3 }[unit ?? ""] ?? 1;
  return { rate: Number(rate), p99: Number(p99) / perSecond, ended };
}

function bucketOf(seconds: number): number {
  return DURATION_BOUNDS.findIndex((bound) => seconds <= bound);
}

testUnless(
  OBSTACLE,
  "a Prometheus that scrapes /metrics under load has the rate and the p99 of wrk",
  async () => {
    await using handler = await makeHandler(HANDLER);
    const admin = ["--admin", "127.0.0.1:0"];
    await using server = await startServer([...workers("pooled"), ...handler.args, ...admin]);
    const [record] = server.records((line) => "sluice.admin" in line);
    await using prometheus = await startPrometheus(String(record?.["sluice.admin"]));
    await prometheus.scraped();

    const measured = await runWrk(server.port);
    const end = measured.ended - EDGE;
    const valueThen = (expression: string) => prometheus.value(expression, end);
    const [rate, p99] = [await valueThen(RATE), await valueThen(P99)];
    const scrapes = await valueThen(`sum_over_time(up[${WINDOW}s])`);
    assert(
      // A scrape at the edge of the window that comes late leaves out a second of it.
      rate !== null && Math.abs(rate / measured.rate - 1) < 0.12,
      `Prometheus has ${rate} requests a second from ${scrapes} scrapes, and wrk ${measured.rate}`,
    );
    assert(
      p99 !== null && Math.abs(bucketOf(p99) - bucketOf(measured.p99)) <= 1,
      `Prometheus has a p99 of ${p99} s, and wrk one of ${measured.p99} s`,
    );
    assertEquals(await prometheus.value("count(sluice_lane_requests_total > 0)"), 2);
    assertEquals(await prometheus.value('max(scrape_samples_scraped{job="sluice"}) > bool 50'), 1);
  },
);
