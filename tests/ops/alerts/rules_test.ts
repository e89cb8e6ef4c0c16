import { assertEquals } from "@std/assert";
import { DURATION_BOUNDS } from "../../../src/lane/durations.ts";
import type { Bounds } from "../../../src/ops/alerts/bounds.ts";
import type { Readings } from "../../../src/ops/alerts/readings.ts";
import { RULES } from "../../../src/ops/alerts/rules/registry.ts";
import type { Status } from "../../../src/ops/status/status.ts";
import type { BackendStatus } from "../../../src/ops/status/upstream_status.ts";
import { bounds, readings } from "../../helpers/alerts.ts";
import {
  sampleLane,
  sampleStatus,
  sampleTotals,
  UNSATURATED,
} from "../../helpers/sample_status.ts";

/** The keys that all rules find, and with `known` the ones that they found before. */
function found(list: Readings, given: Partial<Bounds> = {}, known: readonly string[] = []) {
  return RULES.flatMap((rule) => rule.find(list, bounds(given), (key) => known.includes(key)))
    .map(({ key }) => key);
}

function one(given: Partial<Status>): Readings {
  return readings([0, sampleStatus(given)]);
}

Deno.test("RULES find nothing in a server that is well", () => {
  assertEquals(found(one({})), []);
  assertEquals(new Set(RULES.map(({ name }) => name)).size, RULES.length);
});

Deno.test("worker_crashed lasts until no worker has crashed for 10 s and all serve", () => {
  const crashed = (count: number, state: "ready" | "starting" = "ready") =>
    sampleStatus({
      totals: sampleTotals({ crashed: count }),
      lanes: [sampleLane(), sampleLane({ state })],
    });
  const key = "worker_crashed";
  assertEquals(found(readings([0, crashed(3)])), []);
  assertEquals(found(readings([0, crashed(3)], [1, crashed(4)])), [key]);
  assertEquals(found(readings([0, crashed(3)], [1, crashed(4)], [12, crashed(4)]), {}, [key]), []);
  const starting = readings([0, crashed(3)], [1, crashed(4)], [12, crashed(4, "starting")]);
  assertEquals(found(starting, {}, [key]), [key]);
  assertEquals(found(starting), []);
  const retired = readings([0, crashed(4)], [61, crashed(4, "starting")]);
  assertEquals(found(retired, {}, [key]), []);
});

Deno.test("crash_loop is what the supervisor says, or five crashes within 30 s", () => {
  const crashed = (count: number) => sampleStatus({ totals: sampleTotals({ crashed: count }) });
  assertEquals(found(one({ crash_loop: "it throws" })), ["crash_loop"]);
  const both = ["worker_crashed", "crash_loop"];
  assertEquals(found(readings([0, crashed(0)], [20, crashed(5)])), both);
  assertEquals(found(readings([0, crashed(0)], [20, crashed(4)])), ["worker_crashed"]);
  assertEquals(found(readings([0, crashed(0)], [5, crashed(5)], [40, crashed(5)])), []);
});

Deno.test("server_crashed tells of the crash before the start, and is over once the server has served for a while", () => {
  const last_crash = {
    time: "2026-11-30T00:00:00.000Z",
    kind: "server_died",
    reason: "The server was killed by SIGKILL",
    report: "/crashes/a.json",
  };
  assertEquals(found(one({ uptime_s: 1 })), []);
  assertEquals(found(one({ uptime_s: 1, last_crash })), ["server_crashed"]);
  assertEquals(found(one({ uptime_s: 300, last_crash })), []);
});

Deno.test("worker_hung is over once another serves, though the thread never ends", () => {
  const key = "worker_hung";
  const status = (hung: number, serves: boolean) =>
    sampleStatus({
      totals: sampleTotals({ hung }),
      lanes: [
        sampleLane({ lane: 1, state: "hung" }),
        sampleLane({ lane: 2, state: serves ? "ready" : "starting" }),
      ],
    });
  assertEquals(found(readings([0, status(0, true)], [1, status(1, true)])), [key]);
  assertEquals(found(readings([0, status(1, true)], [20, status(1, true)]), {}, [key]), []);
});

Deno.test("no_worker_ready needs a server that serves and has no ready worker", () => {
  const lanes = [sampleLane({ state: "starting" })];
  assertEquals(found(one({ lanes })), ["no_worker_ready"]);
  assertEquals(found(one({ lanes, state: "draining" })), []);
  assertEquals(found(one({ lanes: [sampleLane({ state: "draining" })] })), []);
});

Deno.test("event_loop_blocked needs a lane on the main thread, which has not beaten for 3 s", () => {
  const lane = (age: number, place: "here" | "thread") => {
    const current = { connection: "0-7", peer: "10.0.0.9" };
    return one({ lanes: [sampleLane({ place, heartbeat_age_ms: age, current })] });
  };
  assertEquals(found(lane(3000, "here")), ["event_loop_blocked"]);
  assertEquals(found(lane(2900, "here")), []);
  assertEquals(found(lane(60_000, "thread")), []);
});

const BACKEND: BackendStatus = {
  address: "10.0.0.1:80",
  state: "up",
  reason: null,
  since: null,
  weight: 1,
  backup: false,
  max: 0,
  in_flight: 0,
  connects: 0,
  failures: 0,
  ejected_until: null,
  latency_ms: null,
  last_check: null,
};

function group(available: number, ...given: readonly Partial<BackendStatus>[]): Readings {
  const backends = given.map((each) => ({ ...BACKEND, ...each }));
  const totals = { backends: backends.length, available, in_flight: 0, connects: 0, failures: 0 };
  return one({ upstreams: [{ name: "app", balance: "p2c", backends, totals }] });
}

Deno.test("backend_down finds those that are down or ejected, not those that drain", () => {
  const key = "backend_down:app/10.0.0.1:80";
  const last_check = { result: "failed", reason: "no", duration_ms: 1 } as const;
  assertEquals(found(group(1, { state: "down", last_check })), [key]);
  assertEquals(found(group(1, { state: "down" })), [], "not checked yet");
  assertEquals(found(group(1, { ejected_until: "2026-11-21T12:00:00.000Z" })), [key]);
  assertEquals(found(group(1, { state: "draining" })), []);
});

Deno.test("upstream_down finds groups without an available backend", () => {
  assertEquals(found(group(0, { state: "draining" })), ["upstream_down:app"]);
});

Deno.test("dependency_down is critical if the dependency is required", () => {
  const about = { reason: "no", since: "", duration_ms: 1, certificate_ends: null };
  const dependency = { url: "tcp://a.test:1", ...about };
  const list = one({
    dependencies: [
      { ...dependency, name: "a", required: true, state: "down" },
      { ...dependency, name: "b", required: false, state: "down" },
      { ...dependency, name: "c", required: true, state: "unknown" },
    ],
  });
  const rule = RULES.find(({ name }) => name === "dependency_down");
  assertEquals(
    rule?.find(list, bounds(), () => false).map(({ key, severity }) => [key, severity]),
    [["dependency_down:a", "critical"], ["dependency_down:b", "warning"]],
  );
});

Deno.test("certificate_ends finds those that end within the bound, or have ended", () => {
  const api = { name: "api", url: "https://a.test", required: false, state: "up" } as const;
  const about = { reason: null, since: "", duration_ms: 1 };
  const at = (certificate_ends: string | null) =>
    one({
      time: "2026-11-21T12:00:00.000Z",
      dependencies: [{ ...api, ...about, certificate_ends }],
    });
  assertEquals(found(at("2026-12-05T11:59:59.000Z")), ["certificate_ends:api"]);
  assertEquals(found(at("2026-11-20T00:00:00.000Z")), ["certificate_ends:api"]);
  assertEquals(found(at("2026-12-05T12:00:00.000Z")), []);
  assertEquals(found(at(null)), []);
  assertEquals(found(at("2026-11-20T00:00:00.000Z"), { certificate: 0 }), []);
});

Deno.test("overload begins at its bound, and ends a tenth below it", () => {
  const at = (value: number) => one({ saturation: { ...UNSATURATED, value } });
  assertEquals(found(at(0.96)), ["overload"]);
  assertEquals(found(at(0.9)), []);
  assertEquals(found(at(0.9), {}, ["overload"]), ["overload"]);
  assertEquals(found(at(0.8), {}, ["overload"]), []);
  assertEquals(found(at(1), { saturation: 0 }), []);
});

Deno.test("overload is not the one client that a server in single mode can have, but one that waits is", () => {
  const { limits } = sampleStatus();
  const single = (accept_queue: number) =>
    one({
      limits: { ...limits, connections: 1 },
      saturation: { ...UNSATURATED, value: 1, connections: 1, accept_queue },
    });
  assertEquals(found(single(0)), []);
  assertEquals(found(single(1)), ["overload"]);
});

Deno.test("overload is also clients that are refused, since five seconds at most", () => {
  const refused = (total: number) => {
    const refused_by = { ...sampleTotals().refused_by, total };
    return sampleStatus({ totals: sampleTotals({ refused_by }) });
  };
  assertEquals(found(readings([0, refused(1)], [1, refused(2)])), ["overload"]);
  assertEquals(found(readings([0, refused(1)], [1, refused(2)], [7, refused(2)])), []);
});

function responses(ok: number, failed: number): Status {
  return sampleStatus({
    totals: sampleTotals({
      responses: [
        { method: "GET", status: "2xx", count: ok },
        { method: "GET", status: "5xx", count: failed },
        { method: "POST", status: "none", count: 1000 * failed },
      ],
    }),
  });
}

Deno.test("error_ratio is the share of 5xx over the time of --alert-for, of enough responses", () => {
  const key = "error_ratio";
  const from = [0, responses(1000, 1000)] as const;
  assertEquals(found(readings(from, [60, responses(1090, 1010)])), [key]);
  assertEquals(found(readings(from, [60, responses(1096, 1004)])), []);
  assertEquals(found(readings(from, [60, responses(1096, 1004)]), {}, [key]), []);
  assertEquals(found(readings(from, [60, responses(1010, 1001)])), [], "too few");
  assertEquals(found(readings(from, [30, responses(1000, 2000)])), [], "too early");
  assertEquals(found(readings(from, [60, responses(1000, 2000)]), { errorRatio: 0 }), []);
});

Deno.test("slow_requests is the 99th percentile over the time of --alert-for", () => {
  const durations = (fast: number, slow: number) => {
    const counts = DURATION_BOUNDS.map((bound) => bound === 0.0032 ? fast : 0);
    const status = { counts: [...counts, slow], sum_s: 0 };
    return sampleStatus({ totals: sampleTotals({ durations: status }) });
  };
  const from = [0, durations(5000, 5000)] as const;
  assertEquals(found(readings(from, [60, durations(5980, 5020)])), ["slow_requests"]);
  assertEquals(found(readings(from, [60, durations(5995, 5005)])), []);
  assertEquals(found(readings(from, [60, durations(5000, 5099)])), [], "too few");
  assertEquals(found(readings(from, [60, durations(5000, 6000)]), { p99: null }), []);
});

Deno.test("log_dropped lasts until no record was lost for 30 s", () => {
  const dropped = (count: number) =>
    sampleStatus({ log: { ...sampleStatus().log, dropped: count } });
  assertEquals(found(readings([0, dropped(1)], [1, dropped(5)])), ["log_dropped"]);
  assertEquals(found(readings([0, dropped(1)], [1, dropped(5)], [32, dropped(5)])), []);
});

Deno.test("reload_failed lasts until a reload succeeds", () => {
  const failed_generation = { generation: 3, reason: "it throws" };
  assertEquals(found(one({ failed_generation })), ["reload_failed"]);
});
