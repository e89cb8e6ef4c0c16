import { compareServers, cpuRow, rateRows, ratioRows, withTool } from "./http_compare.ts";
import { DENO_SERVE_ECHO, ours } from "./http_peers.ts";
import type { Row } from "./table.ts";
import type { Target } from "./target.ts";
import type { Work } from "./wrk.ts";

const BODY = 1024 * 1024;
const CLIENTS = 8;
const PATH = "/echo";
const WORK: Work = { connections: CLIENTS, path: PATH, body: BODY };

/** Bodies that come and go; a request is one megabyte each way, so requests are megabytes. */
export const httpBodies = () => withTool(measure);

async function* measure(): AsyncGenerator<Row> {
  yield [`POST 1 MB, echoed x ${CLIENTS} (wrk, 1 thread)`, "sluice", "peer", "aim"];
  const servers = [ours("async"), DENO_SERVE_ECHO] as const;
  for (const server of servers) {
    const problem = await tryEcho(server.start);
    if (problem !== null) return yield [`  (skipped: ${server.name} ${problem})`];
  }
  const [our = [], their = []] = await compareServers(servers, WORK);
  yield [`  async, beside ${DENO_SERVE_ECHO.name}`];
  yield cpuRow([our, their]);
  yield* ratioRows([our, their], ({ cpu }) => cpu);
  yield* rateRows("MB/s each way", [our, their]);
  yield* ratioRows([our, their], ({ rate }) => rate, "at least 1/1.5");
}

/** What is wrong with the answer of a server, which should be what it was sent; null when nothing is. */
async function tryEcho(start: () => Promise<Target>): Promise<string | null> {
  await using target = await start();
  const body = crypto.getRandomValues(new Uint8Array(1024));
  const request = { method: "POST", body };
  const response = await fetch(`http://127.0.0.1:${target.port}${PATH}`, request);
  const answer = await response.bytes();
  if (!response.ok) return `answers POST ${PATH} with ${response.status}`;
  const isSame = answer.length === body.length && answer.every((byte, i) => byte === body[i]);
  return isSame ? null : `answers POST ${PATH} with something else`;
}
