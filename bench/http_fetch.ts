import { accepts, handler } from "./commands.ts";
import {
  compareServers,
  CONNECTIONS,
  cpuRow,
  rateRows,
  ratioRows,
  withTool,
} from "./http_compare.ts";
import { ours } from "./http_peers.ts";
import type { Row } from "./table.ts";

const HANDLER = handler("./fetch_handler.ts");

/** What a handler of Request and Response costs, beside the answer that is built in. */
export const httpFetch = () => withTool(measure);

async function* measure(): AsyncGenerator<Row> {
  yield [`GET / x ${CONNECTIONS} kept (wrk, 1 thread)`, "fetch", "built in", "aim"];
  if (!await accepts(HANDLER)) return yield ["  (skipped: handlers with fetch are not served)"];
  const servers = [ours("async", HANDLER), ours("async")];
  const [fetch = [], builtIn = []] = await compareServers(servers, { connections: CONNECTIONS });
  yield ["  async"];
  yield cpuRow([fetch, builtIn]);
  yield* ratioRows([fetch, builtIn], ({ cpu }) => cpu, "at most 1.5");
  yield* rateRows("requests/s", [fetch, builtIn]);
}
