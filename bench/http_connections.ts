import {
  compareServers,
  cpuRow,
  installed,
  rateRows,
  ratioRows,
  withTool,
} from "./http_compare.ts";
import { NODE, ours } from "./http_peers.ts";
import type { Row } from "./table.ts";

const CLIENTS = 64;

/**
 * A connection for each request, which asks for its end (`Connection: close`).
 * The cost of Sluice includes the record that it logs of each.
 */
export const httpConnections = () => withTool(measure);

async function* measure(): AsyncGenerator<Row> {
  yield [`GET / x ${CLIENTS} new each (wrk, 1 thread)`, "sluice", "peer", "aim"];
  const peers = yield* installed([NODE]);
  for (const peer of peers) {
    const work = { connections: CLIENTS, close: true };
    const [our = [], their = []] = await compareServers([ours("async"), peer], work);
    yield [`  async, beside ${peer.name}`];
    yield cpuRow([our, their]);
    yield* ratioRows([our, their], ({ cpu }) => cpu);
    yield* rateRows("requests/s", [our, their]);
    yield* ratioRows([our, their], ({ rate }) => rate, "at least 1");
  }
}
