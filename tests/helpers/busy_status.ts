/** The status of a server that is busy, as it would be at some second. */
import type { LaneStatus, Status } from "../../src/ops/status/status.ts";
import type { BackendStatus, UpstreamStatus } from "../../src/ops/status/upstream_status.ts";
import { sampleLane, sampleStatus, sampleTotals } from "./sample_status.ts";

const MB = 1024 ** 2;
const START = Date.UTC(2026, 10, 21, 12);

/** The lane of a process that is busy. */
export function busyLane(second: number, given: Partial<LaneStatus> = {}): LaneStatus {
  const { lane = 0 } = given;
  const requests = (4000 + 300 * lane) * second;
  const busy = 0.6 + 0.05 * Math.sin(second / 9 + lane);
  return sampleLane({
    ...{ lane, place: "process", pid: 4711 + lane, open: 31 + lane, max_connections: 500 },
    ...{ accepted: 40 + 2 * second, requests, busy, memory: (48 + 3 * lane) * MB },
    ...{ heartbeat_age_ms: 120, loop_delay_ms: 1.4 + 0.2 * lane, wait_ms: 0.8 },
    saturation: { value: busy, event_loop: busy, connections: 0.06, accept_queue: 0, wait: 0.001 },
    ...given,
  });
}

/** A backend in use. */
export function busyBackend(given: Partial<BackendStatus> = {}): BackendStatus {
  return {
    ...{ address: "127.0.0.1:9001", state: "up", reason: null, since: null, weight: 1 },
    ...{ backup: false, max: 0, in_flight: 12, connects: 4200, failures: 0, ejected_until: null },
    ...{ latency_ms: 0.42, last_check: null },
    ...given,
  };
}

/** A group of two backends, one of which is down. */
export function busyUpstream(given: Partial<UpstreamStatus> = {}): UpstreamStatus {
  const since = new Date(START).toISOString();
  return {
    ...{ name: "app", balance: "least-connections" },
    backends: [
      busyBackend(),
      busyBackend({ address: "127.0.0.1:9002", state: "down", reason: "refused", since }),
    ],
    totals: { backends: 2, available: 1, in_flight: 12, connects: 8400, failures: 3 },
    ...given,
  };
}

/** The server with two lanes, one group of backends and one dependency. */
export function busyStatus(second: number, given: Partial<Status> = {}): Status {
  const lanes = [busyLane(second), busyLane(second, { lane: 1 })];
  const count = (share: number) => Math.round(8300 * second * share);
  const wave = 1 + 0.2 * Math.sin(second / 20);
  const event_loop = 0.6 + 0.05 * Math.sin(second / 9);
  return sampleStatus({
    ...{ time: new Date(START + 1000 * second).toISOString(), uptime_s: 100 + second },
    ...{ mode: "forked", service: "app.ts", pid: 4700, lanes, generation: 1 },
    limits: {
      ...{
        connections: 1000,
        connections_per_ip: 0,
        min_lanes: 2,
        max_lanes: 2,
        backlog: 4096,
        memory: 512 * MB,
      },
    },
    totals: sampleTotals({
      ...{ open: 63, accepted: 80 + 4 * second, requests: 8300 * second },
      durations: { counts: [8300 * second], sum_s: 12 * second },
      responses: [
        { method: "GET", status: "2xx", count: count(0.97) },
        { method: "GET", status: "4xx", count: count(0.02) },
        { method: "POST", status: "5xx", count: count(0.01) },
      ],
    }),
    latency: { p50_ms: 1.1 * wave, p90_ms: 2.3 * wave, p99_ms: 6.8 * wave },
    saturation: { value: event_loop, event_loop, connections: 0.063, accept_queue: 0, wait: 0 },
    process: { cpu_s: 1.3 * second, memory: 180 * MB, open_files: 90, max_files: 1024 },
    upstreams: [busyUpstream()],
    dependencies: [{
      ...{ name: "cache", url: "redis://127.0.0.1:6379", required: true, state: "up" },
      ...{ reason: null, since: new Date(START).toISOString(), duration_ms: 0.6 },
      certificate_ends: null,
    }],
    ...given,
  });
}
