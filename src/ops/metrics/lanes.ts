import { STATES } from "../../lane/row.ts";
import type { LaneStatus, Status } from "../status/status.ts";
import { counter, gauge, type Labelled, type Metric } from "./metric.ts";

/** Reads a value of each lane. */
function ofEach(value: (lane: LaneStatus) => number): (status: Status) => readonly Labelled[] {
  return ({ lanes }) => lanes.map((one) => [{ lane: String(one.lane) }, value(one)]);
}

const LABELS = ["lane"];

/** The metrics of all lanes. */
const TOGETHER: readonly Metric[] = [
  gauge("sluice_lanes", {
    help: "Lanes by state.",
    advice: "Without one that is `ready` nobody is served. One that stays `hung` is a thread " +
      "that cannot be ended: only a restart frees its processor.",
    labels: ["state"],
    read: ({ lanes }) =>
      STATES.filter((state) => state !== "free").map((state) => [
        { state },
        lanes.filter((lane) => lane.state === state).length,
      ]),
  }),
  gauge("sluice_lanes_min", {
    help: "The least lanes that are kept.",
    advice: "Below it for long, lanes cannot be started: see the log.",
    read: ({ limits }) => limits.min_lanes,
  }),
  gauge("sluice_lanes_max", {
    help: "The most lanes that may run.",
    advice: "At the maximum in `threaded` mode, further clients wait: raise `--max-threads`.",
    read: ({ limits }) => limits.max_lanes,
  }),
  counter("sluice_lanes_started_total", {
    help: "Lanes that were started.",
    advice: "Reloads and elastic threads start lanes. If it grows otherwise, lanes die.",
    read: ({ totals }) => totals.started,
  }),
  counter("sluice_lanes_crashed_total", {
    help: "Lanes that ended with an error.",
    advice: "Each is in the log with its error: correct the handler.",
    read: ({ totals }) => totals.crashed,
  }),
  counter("sluice_lanes_hung_total", {
    help: "Lanes that stopped responding and were killed or given up.",
    advice: "The log tells what each was serving: the handler blocks the event loop for longer " +
      "than `--worker-timeout`.",
    read: ({ totals }) => totals.hung,
  }),
  counter("sluice_lanes_recycled_total", {
    help: "Lanes that were replaced for their age, memory or number of requests.",
    advice: "Often, for memory: the handler leaks.",
    read: ({ totals }) => totals.recycled,
  }),
];

/** The metrics of single lanes. Their series end with the lane: the next one has another number. */
const EACH: readonly Metric[] = [
  gauge("sluice_lane_connections_open", {
    help: "Open connections of a lane.",
    advice: "Far from those of other lanes, long connections are not balanced: wait, or reload.",
    labels: LABELS,
    read: ofEach((lane) => lane.open),
  }),
  counter("sluice_lane_connections_accepted_total", {
    help: "Connections that a lane has accepted.",
    advice: "Its rates should be alike across lanes; a lane that is busy accepts fewer.",
    labels: LABELS,
    read: ofEach((lane) => lane.accepted),
  }),
  counter("sluice_lane_requests_total", {
    help: "Requests that a lane has begun.",
    advice: "Unlike rates across lanes: a few connections send most requests.",
    labels: LABELS,
    read: ofEach((lane) => lane.requests),
  }),
  gauge("sluice_lane_busy_ratio", {
    help: "CPU time of the thread of a lane as a share of the time since the last scrape.",
    advice: "Near 1, the lane is out of CPU time: profile the handler, or add lanes up to the " +
      "number of processors.",
    labels: LABELS,
    read: ofEach((lane) => lane.busy),
  }),
  counter("sluice_lane_cpu_seconds_total", {
    help: "CPU time of the thread of a lane, or of the main thread of its process.",
    advice: "Its rate is the share of a processor that the lane takes, exact over any time; in " +
      "`forked` mode `process_cpu_seconds_total` does not have it.",
    labels: LABELS,
    read: ofEach((lane) => lane.cpu_s),
  }),
  gauge("sluice_lane_memory_bytes", {
    help: "The heap of the thread of a lane, or the memory of its process.",
    advice: "If it grows without end, the handler leaks: `--max-worker-memory` limits the harm.",
    labels: LABELS,
    read: ofEach((lane) => lane.memory),
  }),
  gauge("sluice_lane_generation", {
    help: "The generation of a lane, which grows by one with each reload.",
    advice: "Below `sluice_generation`, the lane still serves the connections it had at a reload.",
    labels: LABELS,
    read: ofEach((lane) => lane.generation),
  }),
  gauge("sluice_lane_heartbeat_age_seconds", {
    help: "Time since the last sign of life of a lane.",
    advice: "Beyond a few seconds its event loop is blocked; at `--worker-timeout` it counts as " +
      "hung.",
    labels: LABELS,
    read: ofEach((lane) => lane.heartbeat_age_ms / 1000),
  }),
  gauge("sluice_lane_loop_delay_seconds", {
    help:
      "How late the event loop of a lane turns to what is due: at the worst of its last heartbeats.",
    advice:
      "All clients of the lane wait that long. If it is long while `sluice_lane_busy_ratio` " +
      "is low, the handler blocks in system calls, or the machine has no CPU time left.",
    labels: LABELS,
    read: ofEach((lane) => lane.loop_delay_ms / 1000),
  }),
  gauge("sluice_lane_wait_seconds", {
    help:
      "How long clients wait for their first answer, from the last that they sent before it: recent " +
      "peaks count most.",
    advice: "What clients notice. If the lane is not busy, the handler waits for something else.",
    labels: LABELS,
    read: ofEach((lane) => lane.wait_ms / 1000),
  }),
  gauge("sluice_lane_saturation_ratio", {
    help: "How near a lane is to its limit, from 0 to 1.",
    advice: "One lane near 1 while others are not: a few connections make all the work.",
    labels: LABELS,
    read: ofEach((lane) => lane.saturation.value),
  }),
];

/** The metrics of lanes. */
export const LANE_METRICS: readonly Metric[] = [...TOGETHER, ...EACH];
