import type { HttpReports } from "../../src/http/conversation/conversation_context.ts";
import type { ConversationOptions } from "../../src/http/conversation/options.ts";
import { serveHttp } from "../../src/http/conversation/serve.ts";
import type { HttpError } from "../../src/http/error.ts";
import type { Exchange } from "../../src/http/exchange.ts";
import type { HttpHandler } from "../../src/http/message.ts";
import { CONTEXT, OPTIONS } from "./fetch.ts";
import { serve, type Serving } from "./lane.ts";
import { keepWrites } from "./written.ts";

/** A request that was measured, and how long it took in milliseconds. */
interface Metered {
  readonly method: string;
  readonly status: number;
  readonly duration: number;
}

/** A handler that is served on a real socket, in this process, and all that is reported of it. */
export interface Conversing extends Serving {
  /** What the handler threw. */
  readonly failures: readonly unknown[];
  /** Why backends cut responses off. */
  readonly breaks: readonly Error[];
  readonly refusals: readonly HttpError[];
  readonly exchanges: readonly Exchange[];
  /** What was measured. */
  readonly metered: readonly Metered[];
  /** What each write to a client was given. */
  readonly written: readonly string[];
}

/** Serves a handler of requests on a port that the system picks. */
export async function converse(
  handler: HttpHandler,
  options: Partial<ConversationOptions> = {},
): Promise<Conversing> {
  const failures: unknown[] = [];
  const breaks: Error[] = [];
  const refusals: HttpError[] = [];
  const exchanges: Exchange[] = [];
  const metered: Metered[] = [];
  const written: string[] = [];
  const reports: HttpReports = {
    failed: (_request, error) => void failures.push(error),
    broken: (_request, error) => void breaks.push(error),
    refused: ({ error }) => void refusals.push(error),
    answered: (exchange) => void exchanges.push(exchange),
    meter: {
      now: () => performance.now(),
      answered: (method, status, started) =>
        void metered.push({ method, status, duration: performance.now() - started }),
    },
  };
  const all = { ...OPTIONS, ...options };
  const service = serveHttp(handler, all, CONTEXT.retiring, reports);
  const serving = await serve(service, { wrap: keepWrites(written) });
  return { ...serving, failures, breaks, refusals, exchanges, metered, written };
}
