/**
 * Checks of what lanes send. A handler shares the memory of its thread or process
 * with its lane, so it may forge or corrupt any message; that must do harm to its
 * own lane alone.
 */
import * as v from "valibot";
import { EXIT } from "../base/exit.ts";
import { printable } from "../base/printable.ts";
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
  v.object({ type: v.picklist(["stoppedAccepting", "stopped", "pressure"]) }),
  v.object({ type: v.picklist(["log", "access"]), lines }),
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
