import { sleep } from "../../base/timers.ts";
import type { Service } from "../../core/service.ts";
import { Conversation } from "./conversation.ts";
import type { HttpHandler } from "../message.ts";
import type { ConversationOptions } from "./options.ts";
import { OutputBuffers } from "./output.ts";
import type { ConversationContext, HttpReports } from "./conversation_context.ts";

/** How long it takes until all idle connections of a lane that leaves are closed, in milliseconds. */
const SPREAD = 1000;
/** At most so many times are they closed in that time, some together. */
const STEPS = 40;

/**
 * A service of a handler: HTTP/1.1 (RFC 9112) on each connection.
 *
 * @param retiring Aborts when the lane takes no new connections.
 */
export function serveHttp(
  handler: HttpHandler,
  options: ConversationOptions,
  retiring: AbortSignal,
  reports: HttpReports,
): Service {
  const common: ConversationContext = {
    handler,
    options,
    buffers: new OutputBuffers(),
    reports,
    isLeaving: retiring.aborted,
  };
  const open = new Set<Conversation>();
  retiring.addEventListener("abort", () => {
    common.isLeaving = true;
    void closeIdle(open);
  }, { once: true });
  return async (connection) => {
    const conversation = new Conversation(connection, common);
    open.add(conversation);
    try {
      await conversation.serve();
    } finally {
      open.delete(conversation);
    }
  };
}

/** Closes idle connections bit by bit, so that their clients do not all come back at once. */
async function closeIdle(open: ReadonlySet<Conversation>): Promise<void> {
  const conversations = [...open];
  const together = Math.ceil(conversations.length / STEPS);
  for (let at = 0; at < conversations.length; at += together) {
    await sleep(SPREAD / STEPS);
    for (const conversation of conversations.slice(at, at + together)) conversation.closeIfIdle();
  }
}
