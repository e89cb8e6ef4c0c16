import { DURATION_BOUNDS } from "../../src/lane/durations.ts";
import type { Status } from "../../src/ops/status/status.ts";
import type { BackendStatus } from "../../src/ops/status/upstream_status.ts";
import { sampleLane, sampleStatus, sampleTotals } from "./sample_status.ts";

/** A backend of which everything is known. */
export function sampleBackend(given: Partial<BackendStatus> = {}): BackendStatus {
  return {
    address: "10.0.0.1:8080",
    state: "up",
    reason: null,
    since: "2026-11-21T11:59:00.000Z",
    weight: 1,
    backup: false,
    max: 0,
    in_flight: 3,
    connects: 40,
    failures: 2,
    ejected_until: null,
    latency_ms: 12.5,
    last_check: { result: "ok", reason: null, duration_ms: 2 },
    ...given,
  };
}

/** A status in which every metric has a sample, except as `given`. */
export function fullStatus(given: Partial<Status> = {}): Status {
  return sampleStatus({
    saturation: { value: 0.8, event_loop: 0.8, connections: 0.1, accept_queue: 0.01, wait: 0.2 },
    limits: {
      connections: 10_000,
      connections_per_ip: 0,
      min_lanes: 1,
      max_lanes: 2,
      backlog: 4096,
      memory: 2 ** 30,
    },
    reloads: { succeeded: 3, failed: 1 },
    accept_queue: { length: 7, overflows: 2 },
    lanes: [sampleLane({ lane: 1, open: 4, busy: 0.75 }), sampleLane({ lane: 2, state: "hung" })],
    totals: sampleTotals({
      accepted: 1000,
      open: 4,
      started: 3,
      hung: 1,
      refused_by: { total: 1, address: 2, draining: 3, untrusted: 4, header: 5 },
      ended: [
        { by: "client", phase: "idle", count: 900 },
        { by: "timeout", phase: "reading", count: 5 },
      ],
      responses: [
        { method: "GET", status: "2xx", count: 990 },
        { method: "_OTHER", status: "none", count: 1 },
      ],
      durations: { counts: [...DURATION_BOUNDS.map((_, i) => i % 3), 2], sum_s: 123.5 },
    }),
    log: { debug: 1, info: 2, warning: 3, error: 4, dropped: 5 },
    process: { cpu_s: 12.25, memory: 2 ** 27, open_files: 90, max_files: 1024 },
    upstreams: [{
      name: "api",
      balance: "least-connections",
      backends: [
        sampleBackend(),
        sampleBackend({
          address: "10.0.0.2:8080",
          state: "down",
          reason: "connection refused",
          ejected_until: "2026-11-21T12:01:00.000Z",
        }),
      ],
      totals: { backends: 2, available: 1, in_flight: 6, connects: 80, failures: 4 },
    }],
    dependencies: [{
      name: "cache",
      url: "redis://127.0.0.1:6379",
      required: true,
      state: "up",
      reason: null,
      since: "2026-11-21T11:59:00.000Z",
      duration_ms: 0.5,
      certificate_ends: "2026-12-31T00:00:00.000Z",
    }],
    ...given,
  });
}
