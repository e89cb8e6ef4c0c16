/** The status file that `sluice status` expects. */
import * as v from "valibot";
import { ENDED_BY, PHASES } from "../core/event.ts";
import { COUNT_NAMES, type CountName } from "../lane/counts.ts";
import { STATES } from "../lane/row.ts";
import type { PlaceName } from "../modes/mode.ts";
import { CHECK_RESULTS, HEALTH_STATES } from "../ops/status/upstream_status.ts";

const PLACES = ["here", "thread", "process"] as const satisfies readonly PlaceName[];

// Each message completes a sentence: "expected ...".
const TEXT = "a string";
const WHOLE = "a whole number";
const NUMBER = "a number";
const TIME = "a time such as 2026-01-31T12:00:00Z";
const text = v.string(TEXT);
const whole = v.pipe(v.number(WHOLE), v.integer(WHOLE));
const number = v.pipe(v.number(NUMBER), v.finite(NUMBER));
const time = v.pipe(
  v.string(TIME),
  v.isoTimestamp(TIME),
  v.check((text) => Number.isFinite(Date.parse(text)), TIME),
);
const yesOrNo = v.boolean("true or false");
const oneOf = <T extends readonly string[]>(names: T) =>
  v.picklist(names, `one of ${names.join(", ")}`);
const object = <E extends v.ObjectEntries>(entries: E) =>
  v.object(entries, (issue) => issue.expected === "Object" ? "an object" : "a value");

const counts = Object.fromEntries(COUNT_NAMES.map((name) => [name, whole])) as Record<
  CountName,
  typeof whole
>;

const backend = object({
  address: text,
  state: oneOf(HEALTH_STATES),
  reason: v.nullable(text),
  since: v.nullable(time),
  weight: whole,
  backup: yesOrNo,
  max: whole,
  in_flight: whole,
  connects: whole,
  failures: whole,
  ejected_until: v.nullable(time),
  latency_ms: v.nullable(number),
  last_check: v.nullable(
    object({ result: oneOf(CHECK_RESULTS), reason: v.nullable(text), duration_ms: number }),
  ),
});

const upstream = object({
  name: text,
  balance: text,
  backends: v.array(backend, "a list"),
  totals: object({
    backends: whole,
    available: whole,
    in_flight: whole,
    connects: whole,
    failures: whole,
  }),
});

const saturation = object({
  value: number,
  event_loop: number,
  connections: number,
  accept_queue: number,
  wait: number,
});
const unsaturated = { value: 0, event_loop: 0, connections: 0, accept_queue: 0, wait: 0 };
const limits = object({
  connections: whole,
  connections_per_ip: whole,
  min_lanes: whole,
  max_lanes: whole,
  backlog: whole,
  memory: v.optional(v.nullable(whole), null),
});
const refusals = object({
  total: whole,
  address: whole,
  draining: whole,
  untrusted: whole,
  header: whole,
});
const list = <T extends v.GenericSchema>(schema: T) => v.array(schema, "a list");

const lane = object({
  ...counts,
  lane: whole,
  place: oneOf(PLACES),
  state: oneOf(STATES),
  generation: whole,
  pid: whole,
  heartbeat_age_ms: number,
  busy: number,
  cpu_s: v.optional(number, 0),
  memory: v.optional(number, 0),
  loop_delay_ms: v.optional(number, 0),
  wait_ms: v.optional(number, 0),
  max_connections: v.optional(whole, 0),
  saturation: v.optional(saturation, unsaturated),
  current: v.optional(v.nullable(object({ connection: text, peer: v.nullable(text) })), null),
});

const totals = object({
  ...counts,
  crashed: whole,
  hung: whole,
  recycled: whole,
  started: v.optional(whole, 0),
  silent: v.optional(whole, 0),
  refused_by: v.optional(refusals, { total: 0, address: 0, draining: 0, untrusted: 0, header: 0 }),
  ended: v.optional(list(object({ by: oneOf(ENDED_BY), phase: oneOf(PHASES), count: whole })), []),
  responses: v.optional(list(object({ method: text, status: text, count: whole })), []),
  durations: v.optional(v.nullable(object({ counts: list(whole), sum_s: number })), null),
});

const dependency = object({
  name: text,
  url: text,
  required: yesOrNo,
  state: oneOf(["unknown", "up", "down"] as const),
  reason: v.nullable(text),
  since: time,
  duration_ms: v.nullable(number),
  certificate_ends: v.optional(v.nullable(time), null),
});

const inherited = object({
  sockets: whole,
  from: oneOf(["service manager", "parent"] as const),
});

/** The shape of a status file; unknown keys are ignored, and older servers do not write all keys. */
export const statusSchema = object({
  time,
  version: v.optional(text, "unknown"),
  state: v.optional(oneOf(["starting", "serving", "draining"] as const), "serving"),
  mode: text,
  service: text,
  pid: whole,
  started: v.optional(time, "1970-01-01T00:00:00.000Z"),
  uptime_s: number,
  addresses: v.optional(list(text), []),
  inherited: v.optional(v.nullable(inherited), null),
  limits: v.optional(limits, {
    connections: 0,
    connections_per_ip: 0,
    min_lanes: 0,
    max_lanes: 0,
    backlog: 0,
    memory: null,
  }),
  generation: whole,
  failed_generation: v.nullable(object({ generation: whole, reason: text })),
  reloads: v.optional(object({ succeeded: whole, failed: whole }), { succeeded: 0, failed: 0 }),
  crash_loop: v.optional(v.nullable(text), null),
  last_crash: v.optional(
    v.nullable(object({ time, kind: text, reason: text, report: v.nullable(text) })),
    null,
  ),
  accept_queue: v.optional(object({ length: v.nullable(whole), overflows: v.nullable(whole) }), {
    length: null,
    overflows: null,
  }),
  saturation: v.optional(saturation, unsaturated),
  lanes: list(lane),
  totals,
  latency: v.optional(
    v.nullable(object({ p50_ms: number, p90_ms: number, p99_ms: number })),
    null,
  ),
  log: v.optional(
    object({ debug: whole, info: whole, warning: whole, error: whole, dropped: whole }),
    { debug: 0, info: 0, warning: 0, error: 0, dropped: 0 },
  ),
  log_failure: v.optional(v.nullable(text), null),
  process: v.optional(
    object({
      cpu_s: number,
      memory: number,
      open_files: v.nullable(whole),
      max_files: v.nullable(whole),
    }),
    { cpu_s: 0, memory: 0, open_files: null, max_files: null },
  ),
  upstreams: v.optional(list(upstream), []),
  dependencies: v.optional(list(dependency), []),
});
