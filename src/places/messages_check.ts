/**
 * Checks of what lanes send. A handler shares the memory of its thread or process
 * with its lane, so it may forge or corrupt any message; that must do harm to its
 * own lane alone.
 */
import * as v from "valibot";
import { EXIT } from "../base/exit.ts";
import { CONTROLS, printable } from "../base/printable.ts";
import { PHASES } from "../core/event.ts";
import { KEPT } from "../log/recent_records.ts";
import type { FromLane } from "./messages.ts";

/** A number that can be counted with. */
export const count = v.pipe(v.number(), v.finite(), v.minValue(0));
/** What an Int32Array holds. */
export const int32 = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(-(2 ** 31)),
  v.maxValue(2 ** 31 - 1),
);
/** Whole lines: part of one would become part of the record of another lane. */
const lines = v.pipe(v.string(), v.endsWith("\n"));

/** A number of records; a parent that is newer than its lane gets none. */
const records = v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e9)), 0);

const counts = v.object({ debug: records, info: records, warning: records, error: records });

/** The longest text in a record that is watched; lanes send shorter ones. */
const LONGEST_LOGGED = 10_000;
const logged = v.pipe(v.string(), v.maxLength(LONGEST_LOGGED));

const watched = v.object({
  time: v.pipe(v.string(), v.isoTimestamp()),
  level: v.picklist(["warning", "error"]),
  message: logged,
  attributes: v.record(v.string(), v.nullable(v.union([logged, v.number(), v.boolean()]))),
});

const address = v.object({
  // A lane that is told to listen on a Unix socket is on the main thread.
  transport: v.literal("tcp"),
  hostname: v.string(),
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)),
});

const error = v.object({
  name: v.string(),
  message: v.string(),
  stack: v.nullable(v.string()),
  exitCode: v.nullable(v.picklist(Object.values(EXIT))),
});

/** More connections than are ever asked for at once. */
const MAX_CONNECTIONS = 10_000;
/** More characters than any text about a connection has. */
const LONGEST_TEXT = 2000;

/** Text for a terminal and a page; a `search` does not keep its place in the text, as a `test` does. */
const text = v.pipe(
  v.string(),
  v.maxLength(LONGEST_TEXT),
  v.check((one) => one.search(CONTROLS) === -1),
);

const connection = v.object({
  number: int32,
  peer: text,
  phase: v.picklist(PHASES),
  age: count,
  phaseAge: count,
  bytesIn: count,
  bytesOut: count,
  requests: count,
  request: v.nullable(text),
  upstream: v.nullable(v.object({ group: text, address: v.nullable(text) })),
});

const fromLane = v.variant("type", [
  v.object({
    type: v.literal("ready"),
    ready: v.object({
      addresses: v.pipe(v.array(address), v.minLength(1)),
      refusal: v.nullable(v.string()),
      sockets: v.array(int32),
    }),
  }),
  v.object({ type: v.picklist(["failed", "crashed"]), error }),
  v.object({ type: v.literal("reuseportFilterSet"), done: v.boolean() }),
  v.object({ type: v.literal("relieving"), pid: int32, done: v.boolean() }),
  v.object({
    type: v.literal("connections"),
    id: count,
    found: v.object({
      total: count,
      connections: v.pipe(v.array(connection), v.maxLength(MAX_CONNECTIONS)),
    }),
  }),
  v.object({ type: v.literal("connectionClosed"), id: count, done: v.boolean() }),
  v.object({ type: v.picklist(["stoppedAccepting", "stopped", "pressure"]) }),
  v.object({
    type: v.literal("log"),
    lines,
    counts: v.optional(counts, {}),
    watched: v.optional(v.pipe(v.array(watched), v.maxLength(KEPT)), []),
  }),
  v.object({ type: v.literal("access"), lines }),
]);

/** Checks a message that any lane may send; null if it is invalid. */
export function checkFromLane(message: unknown): FromLane | null {
  return checkMessage(fromLane, message);
}

/** Checks a message by a schema of valibot; null if it is invalid. */
export function checkMessage<Message>(
  schema: v.GenericSchema<unknown, Message>,
  message: unknown,
): Message | null {
  const result = v.safeParse(schema, message, { abortEarly: true });
  return result.success ? result.output : null;
}

/** The type that a message claims to have, in printable characters; null if it has none. */
export function typeOf(message: unknown): string | null {
  if (typeof message !== "object" || message === null || !("type" in message)) return null;
  return typeof message.type === "string" ? printable(message.type, 40) : null;
}
