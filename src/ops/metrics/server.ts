import { LEVELS } from "../../log/level.ts";
import type { Saturation, Status } from "../status/status.ts";
import { counter, gauge, type Labelled, type Metric } from "./metric.ts";

const STATES: readonly Status["state"][] = ["starting", "serving", "draining"];
const KINDS = ["event_loop", "connections", "accept_queue", "wait"] as const satisfies readonly (
  keyof Saturation
)[];

/** The metrics of the whole server. */
export const SERVER_METRICS: readonly Metric[] = [
  gauge("sluice_info", {
    help: "Always 1: the labels tell the version, the mode and the service.",
    advice: "Join it to other metrics to compare versions and modes.",
    labels: ["version", "mode", "service"],
    read: ({ version, mode, service }) => [[{ version, mode, service }, 1]],
  }),
  gauge("sluice_state", {
    help: "1 for the state that the server is in, 0 for the others.",
    advice: "`draining` for longer than `--graceful-timeout` is a bug.",
    labels: ["state"],
    read: ({ state }) => STATES.map((one): Labelled => [{ state: one }, Number(one === state)]),
  }),
  gauge("sluice_saturation_ratio", {
    help: "How near the server is to its limit, from 0 to 1: the largest of its kinds.",
    advice: "The figure for an autoscaler: see [saturation](#saturation).",
    read: ({ saturation }) => saturation.value,
  }),
  gauge("sluice_saturation_kind_ratio", {
    help: "How near the server is to each of its limits, from 0 to 1.",
    advice: "The largest is the bottleneck: see [five steps](#find-the-bottleneck-in-five-steps).",
    labels: ["kind"],
    read: ({ saturation }) => KINDS.map((kind): Labelled => [{ kind }, saturation[kind]]),
  }),
  gauge("sluice_accept_queue_length", {
    help: "Clients that the system has connected, and no lane has accepted yet.",
    advice: "If it stays above 0, lanes accept too slowly or are full.",
    read: ({ accept_queue }) => accept_queue.length,
  }),
  gauge("sluice_accept_queue_limit", {
    help: "The most clients in each accept queue; processes have one each.",
    advice: "Raise `--backlog` and net.core.somaxconn for bursts of clients.",
    read: ({ limits }) => limits.backlog,
  }),
  counter("sluice_accept_queue_overflows_total", {
    help: "Clients whom a full accept queue of any program on this machine has turned away.",
    advice: "Each waits a second or more before it tries again: raise `--backlog`, or add lanes.",
    read: ({ accept_queue }) => accept_queue.overflows,
  }),
  gauge("sluice_generation", {
    help: "The generation in service, which grows by one with each reload.",
    advice: "Compare it across machines after a deployment.",
    read: ({ generation }) => generation,
  }),
  counter("sluice_reloads_total", {
    help: "Reloads by result.",
    advice: "After a `failure` the old generation keeps serving: the log tells why.",
    labels: ["result"],
    read: ({ reloads }) => [
      [{ result: "success" }, reloads.succeeded],
      [{ result: "failure" }, reloads.failed],
    ],
  }),
  gauge("sluice_last_reload_successful", {
    help: "1 if the last reload succeeded or there was none, 0 if it failed.",
    advice: "At 0 the server runs with older settings or code than those on disk.",
    read: ({ failed_generation }) => Number(failed_generation === null),
  }),
  gauge("sluice_crash_loop", {
    help: "1 while lanes die early or cannot start, otherwise 0.",
    advice: "Read the errors in the log; the server ends if no lane stays up.",
    read: ({ crash_loop }) => Number(crash_loop !== null),
  }),
  counter("sluice_log_records_total", {
    help: "Records of the log by level, those below the level of the log not included.",
    advice: "A jump of `error` or `warning` is worth a look at the log.",
    labels: ["level"],
    read: ({ log }) => LEVELS.map((level): Labelled => [{ level }, log[level]]),
  }),
  counter("sluice_log_records_dropped_total", {
    help: "Records of the log that could not be written.",
    advice: "The disk is full, or whoever reads the log is too slow.",
    read: ({ log }) => log.dropped,
  }),
  gauge("sluice_dependency_up", {
    help: "1 if what the service needs behind it answers, 0 if not.",
    advice: "At 0 and `required`, `/readyz` says 503. The reason is in `/status`.",
    labels: ["dependency", "required"],
    read: ({ dependencies }) =>
      dependencies.map(({ name, required, state }): Labelled => [
        { dependency: name, required: String(required) },
        state === "unknown" ? null : Number(state === "up"),
      ]),
  }),
  gauge("sluice_dependency_probe_duration_seconds", {
    help: "How long the last probe of a dependency took.",
    advice: "A rise is often the first sign of trouble behind the service.",
    labels: ["dependency"],
    read: ({ dependencies }) =>
      dependencies.map(({ name, duration_ms }): Labelled => [
        { dependency: name },
        duration_ms === null ? null : duration_ms / 1000,
      ]),
  }),
  gauge("sluice_dependency_certificate_end_timestamp_seconds", {
    help: "Until when the certificate of a dependency is good, in seconds since 1970.",
    advice: "Less `time()`, it is what is left: renew it in time.",
    labels: ["dependency"],
    read: ({ dependencies }) =>
      dependencies.map(({ name, certificate_ends }): Labelled => [
        { dependency: name },
        certificate_ends === null ? null : Date.parse(certificate_ends) / 1000,
      ]),
  }),
];
