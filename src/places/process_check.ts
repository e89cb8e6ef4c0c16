import * as v from "valibot";
import { checkMessage, count, int32 } from "./messages_check.ts";
import type { CountsMessage, FromProcess, RowMessage } from "./process_messages.ts";

/** More counters than any version of a row has. */
const MAX_COUNTERS = 100;

/** More measures than any version of a row has. */
const MAX_MEASURES = 1000;

/** More rows than any version of a board has. */
const MAX_ROWS = 100_000;
/** More connections than a process can have. */
const MAX_OPEN = 1_000_000;

const row = v.object({
  type: v.literal("row"),
  number: count,
  row: v.object({
    counters: v.pipe(v.array(count), v.maxLength(MAX_COUNTERS)),
    open: v.pipe(int32, v.minValue(0)),
    current: int32,
    peer: v.nullable(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{0,255}$/))),
    // Pairs of an index and a value; older versions have none.
    measures: v.optional(v.pipe(v.array(count), v.maxLength(2 * MAX_MEASURES)), []),
  }),
});

/** A whole number from 0 on. */
const whole = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));

const backendCounts = v.object({
  row: whole(MAX_ROWS),
  tenancy: int32,
  group: whole(MAX_ROWS),
  address: v.pipe(v.string(), v.maxLength(255)),
  inFlight: whole(MAX_OPEN),
  connects: whole(Number.MAX_SAFE_INTEGER),
  failures: whole(Number.MAX_SAFE_INTEGER),
  ejectedUntil: count,
  latency: count,
});

const counts = v.object({
  type: v.literal("counts"),
  counts: v.pipe(v.array(backendCounts), v.maxLength(MAX_ROWS)),
});

const dropped = v.object({ type: v.literal("dropped"), count });

const fromProcess = v.variant("type", [row, counts, dropped]);

/** Checks a message that only a process may send; null if it is none, or invalid. */
export function checkFromProcess(
  message: unknown,
): RowMessage | CountsMessage | Extract<FromProcess, { type: "dropped" }> | null {
  return checkMessage(fromProcess, message);
}
