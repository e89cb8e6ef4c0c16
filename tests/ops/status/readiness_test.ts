import { assertEquals } from "@std/assert";
import { blockedLanes, mainThreadBlocked } from "../../../src/ops/status/blocked.ts";
import { readinessOf } from "../../../src/ops/status/readiness.ts";
import type { Status } from "../../../src/ops/status/status.ts";
import type { BackendStatus, UpstreamStatus } from "../../../src/ops/status/upstream_status.ts";
import { sampleLane, sampleStatus } from "../../helpers/sample_status.ts";

function codes(given: Partial<Status>, workerTimeout?: number): string[] {
  const { ready, reasons } = readinessOf(sampleStatus(given), workerTimeout);
  assertEquals(ready, reasons.length === 0);
  return reasons.map(({ code }) => code);
}

function group(...states: BackendStatus["state"][]): UpstreamStatus {
  const backends = states.map((state) => ({ state }) as BackendStatus);
  return { name: "app", backends } as unknown as UpstreamStatus;
}

const dependency = {
  name: "db",
  url: "tcp://db:1",
  required: true,
  state: "down",
  reason: "connection refused",
  since: "2026-11-21T12:00:00.000Z",
  duration_ms: 1,
  certificate_ends: null,
} as const;

Deno.test("readinessOf() says that a server with a ready lane is ready, also while others start", () => {
  assertEquals(codes({ lanes: [sampleLane()] }), []);
  assertEquals(codes({ lanes: [sampleLane({ state: "hung" }), sampleLane()] }), []);
});

Deno.test("readinessOf() says that a server is not ready while it starts or drains", () => {
  assertEquals(codes({ state: "starting", lanes: [] }), ["starting"]);
  assertEquals(codes({ state: "draining", lanes: [] }), ["draining"]);
});

Deno.test("readinessOf() says that no lane is ready if all start, retire or hang", () => {
  const lanes = (["starting", "retiring", "hung"] as const).map((state) => sampleLane({ state }));
  assertEquals(codes({ lanes }), ["no_lane"]);
  assertEquals(codes({ lanes: [] }), ["no_lane"]);
});

Deno.test("readinessOf() counts a lane without heartbeats as hung after the worker timeout", () => {
  const lanes = [sampleLane({ place: "here", heartbeat_age_ms: 30_000 })];
  assertEquals(codes({ lanes }, 30_001), []);
  assertEquals(codes({ lanes }, 30_000), ["no_lane"]);
  assertEquals(codes({ lanes }, 0), []);
});

Deno.test("readinessOf() names groups without a backend that is up", () => {
  const lanes = [sampleLane()];
  assertEquals(codes({ lanes, upstreams: [group("down", "up")] }), []);
  const status = sampleStatus({ lanes, upstreams: [group("down", "draining"), group()] });
  assertEquals(readinessOf(status).reasons.map(({ message }) => message), [
    'No backend of the group "app" is up',
    'The group "app" has no backends',
  ]);
});

Deno.test("readinessOf() names required dependencies that are down", () => {
  const lanes = [sampleLane()];
  const status = sampleStatus({ lanes, dependencies: [dependency] });
  assertEquals(readinessOf(status).reasons, [
    { code: "dependency_down", message: 'The dependency "db" is down: connection refused' },
  ]);
  assertEquals(codes({ lanes, dependencies: [{ ...dependency, required: false }] }), []);
  assertEquals(codes({ lanes, dependencies: [{ ...dependency, state: "unknown" }] }), []);
});

Deno.test("blockedLanes() tells for how long and by whom event loops are blocked", () => {
  const current = { connection: "1-7", peer: "127.0.0.1:4000" };
  const lanes = [
    sampleLane({ lane: 0, heartbeat_age_ms: 999 }),
    sampleLane({ lane: 1, heartbeat_age_ms: 2500, current }),
    sampleLane({ lane: 2, heartbeat_age_ms: 1000 }),
  ];
  assertEquals(blockedLanes(sampleStatus({ lanes })), [
    { lane: 1, for_s: 2.5, ...current },
    { lane: 2, for_s: 1, connection: null, peer: null },
  ]);
});

Deno.test("mainThreadBlocked() goes by the lane of the main thread that has beaten last", () => {
  const here = (age: number) => sampleLane({ place: "here", heartbeat_age_ms: age });
  const of = (...lanes: Status["lanes"]) => mainThreadBlocked(sampleStatus({ lanes }));
  assertEquals(of(here(5000)), 5000);
  assertEquals(of(here(5000), here(100)), 0);
  assertEquals(of(sampleLane({ heartbeat_age_ms: 5000 })), 0);
  assertEquals(of(), 0);
});
