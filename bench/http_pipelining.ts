import {
  compareLoads,
  CONNECTIONS,
  cpuRow,
  rateRows,
  ratioRows,
  withTool,
} from "./http_compare.ts";
import { ours } from "./http_peers.ts";
import type { Row } from "./table.ts";
import { wrk } from "./wrk.ts";

const PIPELINED = 16;

/** Requests that are sent at once, beside those that wait for each other. */
export const httpPipelining = () => withTool(measure);

async function* measure(): AsyncGenerator<Row> {
  yield [
    `GET / x ${CONNECTIONS} kept (wrk, 1 thread)`,
    `${PIPELINED} at once`,
    "one by one",
    "aim",
  ];
  const [pipelined = [], unpipelined = []] = await compareLoads(async (stack) => {
    const target = stack.use(await ours("async").start());
    return [PIPELINED, 1].map((pipelined) => wrk(target, { connections: CONNECTIONS, pipelined }));
  });
  yield ["  async"];
  yield cpuRow([pipelined, unpipelined]);
  yield* rateRows("requests/s", [pipelined, unpipelined]);
  yield* ratioRows([pipelined, unpipelined], ({ rate }) => rate, "at least 3");
}
