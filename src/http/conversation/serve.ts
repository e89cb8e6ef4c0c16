import { tellOpenWork } from "../../base/current_work.ts";
import { Roster } from "../../base/roster.ts";
import type { Service } from "../../core/service.ts";
import type { TrustedClients } from "../forwarding/trusted_clients.ts";
import type { RequestTracer } from "../tracing/request_tracer.ts";
import { Conversation } from "./conversation.ts";
import type {
  ConversationContext,
  ConversationHandler,
  HttpReports,
  OpenConversation,
} from "./conversation_context.ts";
import { persistLines } from "./persist_lines.ts";
import type { ConversationOptions } from "./options.ts";
import { OutputBuffers } from "./output_buffers.ts";
import { Retirement } from "./retirement.ts";
import type { ServedRequest } from "./served_request.ts";

/**
 * Makes a service from a handler: HTTP/1.1 (RFC 9112) on each connection.
 *
 * @param retiring Aborts when the lane stops accepting connections.
 * @param clients Finds the clients of trusted proxies; null if there are none.
 * @param tracer Begins the spans of requests; null unless traces are on.
 */
export function serveHttp(
  handler: ConversationHandler,
  options: ConversationOptions,
  retiring: AbortSignal,
  reports: HttpReports,
  clients: TrustedClients | null = null,
  tracer: RequestTracer | null = null,
): Service {
  const open = new Roster<OpenConversation>();
  const retirement = new Retirement(open);
  const buffers = new OutputBuffers();
  const context: ConversationContext = {
    ...{ handler, options: withBodyLimit(options), buffers, reports, retirement, clients, tracer },
    persisting: persistLines(options),
    begun: (conversation) => open.add(conversation),
    ended(conversation, place) {
      open.delete(conversation, place);
      release();
    },
  };
  const telling = tellOpenWork("requests", () => requestsIn(open));
  function release(): void {
    if (retiring.aborted && open.size === 0) telling[Symbol.dispose]();
  }
  retiring.addEventListener("abort", () => {
    retirement.start();
    release();
  }, { once: true });
  // Not an async function: it would be suspended as long as the connection is open.
  return (connection) => {
    const conversation = new Conversation(connection, context);
    retirement.check();
    return conversation.serve();
  };
}

/** Without a limit, what can be counted is still one. */
function withBodyLimit(options: ConversationOptions): ConversationOptions {
  if (options.maxBodySize > 0) return options;
  return { ...options, maxBodySize: Number.MAX_SAFE_INTEGER };
}

function requestsIn(conversations: Roster<OpenConversation>): ServedRequest[] {
  return [...conversations].flatMap(({ request }) => request ?? []);
}
