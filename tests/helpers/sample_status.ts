import { NO_COUNTS } from "../../src/lane/counts.ts";
import type { LaneStatus, Saturation, Status, TotalsStatus } from "../../src/ops/status/status.ts";

/** A lane or server with nothing to do. */
export const UNSATURATED: Saturation = {
  value: 0,
  event_loop: 0,
  connections: 0,
  accept_queue: 0,
  wait: 0,
};

/** The status of a ready thread that has done nothing, except as `given`. */
export function sampleLane(given: Partial<LaneStatus> = {}): LaneStatus {
  return {
    ...NO_COUNTS,
    lane: 0,
    place: "thread",
    state: "ready",
    generation: 0,
    pid: 17,
    heartbeat_age_ms: 0,
    busy: 0,
    cpu_s: 0,
    memory: 0,
    loop_delay_ms: 0,
    wait_ms: 0,
    max_connections: 10_000,
    saturation: UNSATURATED,
    current: null,
    ...given,
  };
}

/** The totals of a server that has done nothing, except as `given`. */
export function sampleTotals(given: Partial<TotalsStatus> = {}): TotalsStatus {
  return {
    ...NO_COUNTS,
    started: 1,
    crashed: 0,
    hung: 0,
    recycled: 0,
    silent: 0,
    refused_by: { total: 0, address: 0, draining: 0, untrusted: 0, header: 0 },
    ended: [],
    responses: [],
    durations: null,
    ...given,
  };
}

/** The status of a server in `pooled` mode that has done nothing, except as `given`. */
export function sampleStatus(given: Partial<Status> = {}): Status {
  return {
    time: "2026-11-21T12:00:00.000Z",
    version: "0.1.0",
    state: "serving",
    mode: "pooled",
    service: "http",
    pid: 17,
    started: "2026-11-21T11:59:00.000Z",
    uptime_s: 60,
    addresses: ["127.0.0.1:8000"],
    inherited: null,
    limits: {
      connections: 10_000,
      connections_per_ip: 0,
      min_lanes: 1,
      max_lanes: 1,
      backlog: 4096,
      memory: null,
    },
    generation: 0,
    failed_generation: null,
    reloads: { succeeded: 0, failed: 0 },
    crash_loop: null,
    last_crash: null,
    accept_queue: { length: 0, overflows: 0 },
    saturation: UNSATURATED,
    lanes: [sampleLane()],
    totals: sampleTotals(),
    latency: null,
    log: { debug: 0, info: 0, warning: 0, error: 0, dropped: 0 },
    log_failure: null,
    process: { cpu_s: 0, memory: 0, open_files: null, max_files: null },
    upstreams: [],
    dependencies: [],
    ...given,
  };
}
