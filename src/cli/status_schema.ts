/** The status file that `sluice status` expects. */
import * as v from "valibot";
import { COUNT_NAMES, type CountName } from "../lane/counts.ts";
import { STATES } from "../lane/row.ts";
import type { PlaceName } from "../modes/mode.ts";
import { CHECK_RESULTS, HEALTH_STATES } from "../ops/upstream_status.ts";

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

/** The shape of a status file; unknown keys are ignored. */
export const statusSchema = object({
  time,
  mode: text,
  service: text,
  pid: whole,
  uptime_s: number,
  generation: whole,
  failed_generation: v.nullable(object({ generation: whole, reason: text })),
  lanes: v.array(
    object({
      ...counts,
      lane: whole,
      place: oneOf(PLACES),
      state: oneOf(STATES),
      generation: whole,
      pid: whole,
      heartbeat_age_ms: number,
      busy: number,
    }),
    "a list",
  ),
  totals: object({ ...counts, crashed: whole, hung: whole, recycled: whole }),
  // Older servers do not write it.
  upstreams: v.optional(v.array(upstream, "a list"), []),
});
