import { denoListen, denoServe, denoServeParallel } from "./deno.ts";
import { goHttp, goNet } from "./go.ts";
import { gunicorn } from "./gunicorn.ts";
import { haproxy } from "./haproxy.ts";
import { nginx } from "./nginx.ts";
import { nodeCluster, nodeHttp, nodeNet } from "./node.ts";
import type { Peer } from "./peer.ts";
import { pythonAsyncio, pythonThreads } from "./python.ts";
import { uvicorn } from "./uvicorn.ts";

/**
 * All peers, in the order in which they are measured.
 *
 * @param workers Processors that they may use.
 */
export function peers(workers: number): readonly Peer[] {
  const several = workers > 1;
  return [
    nginx(1),
    ...several ? [nginx(workers)] : [],
    haproxy(workers),
    goHttp,
    goNet,
    nodeHttp,
    nodeNet,
    ...several ? [nodeCluster(workers)] : [],
    denoServe,
    ...several ? [denoServeParallel(workers)] : [],
    denoListen,
    pythonAsyncio,
    pythonThreads,
    uvicorn(workers),
    ...gunicorn(workers),
  ];
}
