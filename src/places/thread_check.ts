import * as v from "valibot";
import { checkMessage } from "./messages_check.ts";
import type { AllocateMessage } from "./thread_messages.ts";

/** The longest name of shared memory, in characters: the server keeps it as long as it lives. */
const LONGEST_NAME = 10_000;

const allocate = v.object({
  type: v.literal("allocate"),
  id: v.pipe(v.number(), v.integer()),
  name: v.pipe(v.string(), v.maxLength(LONGEST_NAME)),
  bytes: v.number(),
});

/** Checks a request for shared memory; null if the message is none, or invalid. */
export function checkAllocate(message: unknown): AllocateMessage | null {
  return checkMessage(allocate, message);
}
