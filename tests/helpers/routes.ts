import type { ConversationOptions } from "../../src/http/conversation/options.ts";
import { type RouteTable, serveRoutes } from "../../src/http/routes/routes.ts";
import { type FetchServing, serveHandler } from "./fetch.ts";

/**
 * Serves routes on a port that the system picks, in this process.
 *
 * @param table May return values that the types forbid.
 */
export function serveTable(
  table: Readonly<Record<string, (request: Parameters<RouteTable[string]>[0]) => unknown>>,
  options: Partial<ConversationOptions> = {},
): Promise<FetchServing> {
  return serveHandler(serveRoutes(table as RouteTable, null), options);
}
