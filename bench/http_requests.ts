import {
  compareServers,
  CONNECTIONS,
  cpuRow,
  installed,
  rateRows,
  ratioRows,
  withTool,
} from "./http_compare.ts";
import { DENO_PARALLEL, DENO_SERVE, NGINX, NODE, ours, type Server } from "./http_peers.ts";
import type { Row } from "./table.ts";

/** What the CPU of a request may be, to that of a peer. */
type Aims = ReadonlyMap<Server, string>;

const ASYNC_AIMS: Aims = new Map([
  [NGINX, "at most 1.25"],
  [DENO_SERVE, "at most 1"],
  [NODE, "at most 1/3"],
]);
const POOLED_AIMS: Aims = new Map([[DENO_PARALLEL, "at most 1"]]);

/** Small requests over connections that are kept, beside the servers that people know. */
export const httpRequests = () => withTool(measure);

async function* measure(): AsyncGenerator<Row> {
  yield [`GET / x ${CONNECTIONS} kept (wrk, 1 thread)`, "sluice", "peer", "aim"];
  yield* compareWith("async", ASYNC_AIMS);
  yield* compareWith("pooled", POOLED_AIMS);
}

async function* compareWith(mode: "async" | "pooled", aims: Aims): AsyncGenerator<Row> {
  const peers = yield* installed([...aims.keys()]);
  const [our = [], ...costs] = await compareServers([ours(mode), ...peers], {
    connections: CONNECTIONS,
  });
  for (const [i, peer] of peers.entries()) {
    const pair = [our, costs[i] ?? []] as const;
    yield [`  ${mode}, beside ${peer.name}`];
    yield cpuRow(pair);
    yield* ratioRows(pair, ({ cpu }) => cpu, aims.get(peer));
    yield* rateRows("requests/s", pair);
  }
}
