import type { Status } from "../status/status.ts";
import {
  type BackendStatus,
  HEALTH_STATES,
  type UpstreamStatus,
} from "../status/upstream_status.ts";
import { counter, gauge, type Labelled, type Metric } from "./metric.ts";

const GROUP = ["upstream"];
const BACKEND = ["upstream", "backend"];

function ofGroups(
  value: (group: UpstreamStatus) => number,
): (status: Status) => readonly Labelled[] {
  return ({ upstreams }) => upstreams.map((group) => [{ upstream: group.name }, value(group)]);
}

function ofBackends(
  value: (backend: BackendStatus) => number | null,
): (status: Status) => readonly Labelled[] {
  return ({ upstreams }) =>
    upstreams.flatMap(({ name, backends }) =>
      backends.map((one): Labelled => [{ upstream: name, backend: one.address }, value(one)])
    );
}

/** The metrics of groups of backends. */
const GROUPS: readonly Metric[] = [
  gauge("sluice_upstream_backends", {
    help: "Backends of a group.",
    advice: "Fewer than expected: see `--upstream`, its file, or the name server.",
    labels: GROUP,
    read: ofGroups(({ totals }) => totals.backends),
  }),
  gauge("sluice_upstream_backends_available", {
    help: "Backends of a group that are up and not ejected.",
    advice: "At 0 the clients of the group get errors, and `/readyz` says 503.",
    labels: GROUP,
    read: ofGroups(({ totals }) => totals.available),
  }),
  gauge("sluice_upstream_in_flight", {
    help: "Connections to the backends of a group, those that were removed included.",
    advice: "If it grows while the rate of requests does not, the backends have become slow.",
    labels: GROUP,
    read: ofGroups(({ totals }) => totals.in_flight),
  }),
];

/** The metrics of single backends. */
const BACKENDS: readonly Metric[] = [
  gauge("sluice_backend_state", {
    help: "1 for the state that a backend is in, 0 for the others.",
    advice: "`down`: the reason is in `/status` and in the log. `draining`: it asked for no more " +
      "clients, or an operator did.",
    labels: [...BACKEND, "state"],
    read: ({ upstreams }) =>
      upstreams.flatMap(({ name, backends }) =>
        backends.flatMap(({ address, state }) =>
          HEALTH_STATES.map((one): Labelled => [
            { upstream: name, backend: address, state: one },
            Number(one === state),
          ])
        )
      ),
  }),
  gauge("sluice_backend_ejected", {
    help: "1 while a backend is not used because its connections failed, otherwise 0.",
    advice: "It fails clients that health checks do not see: look at the backend.",
    labels: BACKEND,
    read: ofBackends((one) => Number(one.ejected_until !== null)),
  }),
  gauge("sluice_backend_in_flight", {
    help: "Connections to a backend, those being made included.",
    advice: "More than at its peers of the same weight: it is slower.",
    labels: BACKEND,
    read: ofBackends((one) => one.in_flight),
  }),
  counter("sluice_backend_connects_total", {
    help: "Connections that were made to a backend.",
    advice: "Its rate, beside that of its peers, is how the group is balanced.",
    labels: BACKEND,
    read: ofBackends((one) => one.connects),
  }),
  counter("sluice_backend_failures_total", {
    help: "Connections to a backend that could not be made, or were lost before an answer.",
    advice:
      "Requests that could not be tried elsewhere failed. Look at the backend and its network.",
    labels: BACKEND,
    read: ofBackends((one) => one.failures),
  }),
  gauge("sluice_backend_latency_seconds", {
    help: "The time that a backend takes itself: recent peaks count most.",
    advice: "Long at one backend: look there. Long at all: what they share.",
    labels: BACKEND,
    read: ofBackends((one) => one.latency_ms === null ? null : one.latency_ms / 1000),
  }),
  gauge("sluice_backend_weight", {
    help: "The weight of a backend among its peers.",
    advice: "Set it in `--upstream`, or at run time on the admin port.",
    labels: BACKEND,
    read: ofBackends((one) => one.weight),
  }),
  gauge("sluice_backend_check_duration_seconds", {
    help: "How long the last health check of a backend took.",
    advice: "Near `--health-timeout` the backend is about to be taken for down.",
    labels: BACKEND,
    read: ofBackends((one) => one.last_check === null ? null : one.last_check.duration_ms / 1000),
  }),
];

/** The metrics of groups of backends, and of each backend. */
export const BACKEND_METRICS: readonly Metric[] = [...GROUPS, ...BACKENDS];
