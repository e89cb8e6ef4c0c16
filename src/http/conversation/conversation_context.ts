import type { Connection } from "../../core/connection.ts";
import type { ConversationOptions } from "./options.ts";
import type { HttpError } from "../error.ts";
import type { Exchange } from "../exchange.ts";
import type { HttpHandler } from "../message.ts";
import type { OutputBuffers } from "./output.ts";

/** What conversations report; whoever runs them logs and counts. */
export interface HttpReports {
  /** A request was answered, or could not be; null where nobody wants to know. */
  readonly answered: ((exchange: Exchange) => void) | null;
  /** A handler threw something other than an HttpError; the client was told the id. */
  failed(id: string, error: unknown): void;
  /** A request was malformed, too large or too slow. */
  refused(id: string, error: HttpError, connection: Connection): void;
}

/** What all conversations of a lane have in common. */
export interface ConversationContext {
  readonly handler: HttpHandler;
  readonly options: ConversationOptions;
  readonly buffers: OutputBuffers;
  readonly reports: HttpReports;
  /** Whether the lane leaves: each answer is the last of its connection. */
  isLeaving: boolean;
}
