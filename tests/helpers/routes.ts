import type { ConversationOptions } from "../../src/http/conversation/options.ts";
import { serveHttp } from "../../src/http/conversation/serve.ts";
import type { HttpError } from "../../src/http/error.ts";
import { type RouteTable, serveRoutes } from "../../src/http/routes/routes.ts";
import { CONTEXT, type FetchServing, OPTIONS } from "./fetch.ts";
import { serve } from "./lane.ts";

/**
 * Serves routes on a port that the system picks, in this process.
 *
 * @param table May return values that the types forbid.
 */
export async function serveTable(
  table: Readonly<Record<string, (request: Parameters<RouteTable[string]>[0]) => unknown>>,
  options: Partial<ConversationOptions> = {},
): Promise<FetchServing> {
  const failures: { id: string; error: unknown }[] = [];
  const refusals: HttpError[] = [];
  const reports = {
    failed: (id: string, error: unknown) => void failures.push({ id, error }),
    refused: (_id: string, error: HttpError) => void refusals.push(error),
    answered: null,
  };
  const handler = serveRoutes(table as RouteTable);
  const all = { ...OPTIONS, ...options };
  const serving = await serve(serveHttp(handler, all, CONTEXT.retiring, reports));
  return { ...serving, origin: `http://127.0.0.1:${serving.port}`, failures, refusals };
}
