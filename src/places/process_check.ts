import * as v from "valibot";
import { checkMessage, count, int32 } from "./messages_check.ts";
import type { FromProcess, RowMessage } from "./process_messages.ts";

/** More counters than any version of a row has. */
const MAX_COUNTERS = 100;

const row = v.object({
  type: v.literal("row"),
  number: count,
  row: v.object({
    counters: v.pipe(v.array(count), v.maxLength(MAX_COUNTERS)),
    open: v.pipe(int32, v.minValue(0)),
    current: int32,
    peer: v.nullable(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{0,255}$/))),
  }),
});

const dropped = v.object({ type: v.literal("dropped"), count });

const fromProcess = v.variant("type", [row, dropped]);

/** Checks a message that only a process may send; null if it is none, or invalid. */
export function checkFromProcess(
  message: unknown,
): RowMessage | Extract<FromProcess, { type: "dropped" }> | null {
  return checkMessage(fromProcess, message);
}
