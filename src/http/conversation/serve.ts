import { sleep } from "../../base/timers.ts";
import type { Service } from "../../core/service.ts";
import type { HttpHandler } from "../message.ts";
import { Conversation } from "./conversation.ts";
import type { ConversationContext, HttpReports } from "./conversation_context.ts";
import type { ConversationOptions } from "./options.ts";
import { OutputBuffers } from "./output.ts";

/** How long a retiring lane takes to close all of its idle connections, in milliseconds. */
const SPREAD = 1000;
/** The number of batches in which it closes them. */
const BATCHES = 40;

/**
 * Makes a service from a handler: HTTP/1.1 (RFC 9112) on each connection.
 *
 * @param retiring Aborts when the lane stops accepting connections.
 */
export function serveHttp(
  handler: HttpHandler,
  options: ConversationOptions,
  retiring: AbortSignal,
  reports: HttpReports,
): Service {
  const context: ConversationContext = {
    handler,
    options,
    buffers: new OutputBuffers(),
    reports,
    isRetiring: retiring.aborted,
  };
  const open = new Set<Conversation>();
  retiring.addEventListener("abort", () => {
    context.isRetiring = true;
    void closeIdle(open);
  }, { once: true });
  return async (connection) => {
    const conversation = new Conversation(connection, context);
    open.add(conversation);
    try {
      await conversation.serve();
    } finally {
      open.delete(conversation);
    }
  };
}

/** Closes idle connections in batches, so that their clients do not all reconnect at once. */
async function closeIdle(open: ReadonlySet<Conversation>): Promise<void> {
  const conversations = [...open];
  const size = Math.ceil(conversations.length / BATCHES);
  for (let at = 0; at < conversations.length; at += size) {
    await sleep(SPREAD / BATCHES);
    for (const conversation of conversations.slice(at, at + size)) conversation.closeIfIdle();
  }
}
